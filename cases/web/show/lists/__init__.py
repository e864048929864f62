"""Lists as wholes, and the steps by which they are led in, for the pages."""
