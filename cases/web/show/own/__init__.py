"""A person's own account in words."""
