"""The list of cases: what can be asked of it, and through whom somebody sees it."""
