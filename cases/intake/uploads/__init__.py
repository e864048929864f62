"""Lists that are sent in parts and can be gone on with after a broken connection."""
