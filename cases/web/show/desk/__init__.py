"""The workbench of each sort of person, from what the selectors read."""
