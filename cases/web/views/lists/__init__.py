"""The steps of a list: columns, preview, import."""
