"""Pages of entered rules: what they show."""
