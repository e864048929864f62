"""Deadlines and what follows them."""
