"""What speaks for a case, over HTTP: its load curve."""
