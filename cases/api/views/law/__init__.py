"""Views of what the law leaves open: measures on a case, blind spots, changes of the rules."""
