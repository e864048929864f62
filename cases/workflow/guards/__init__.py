"""The gates: each answers with a reason, the same for the act (with data) and for the greyed button (without)."""
