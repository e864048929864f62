"""The page of the list of cases: what was asked for, its tabs, its rows."""
