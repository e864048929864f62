"""What each act asks for: the inputs of the workflow table, and the reading of what was typed."""
