"""The weekly ledger and the overdue bulletin: which week, when, under which number, and what is counted. Pure."""
