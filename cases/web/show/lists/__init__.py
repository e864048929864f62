"""What the steps of a list show."""
