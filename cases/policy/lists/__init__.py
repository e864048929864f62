"""Rules about lists as wholes."""
