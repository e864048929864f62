"""Pages of entered rules."""
