"""Money over many cases, for its pages."""
