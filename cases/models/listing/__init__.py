"""The list of cases: the views people keep, and the terms that values are found by."""
