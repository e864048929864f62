"""The list of cases: its search, its views, the height of its rows."""
