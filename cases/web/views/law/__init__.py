"""Pages of the law's periods."""
