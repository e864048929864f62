"""Lists as wholes, the steps by which they are led in, and their feedback, for the pages."""
