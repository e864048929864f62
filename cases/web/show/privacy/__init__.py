"""Personal data on a page: what is in clear and until when, and whose name stands across it."""
