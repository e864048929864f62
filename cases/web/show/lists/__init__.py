"""Lists as wholes, for the pages."""
