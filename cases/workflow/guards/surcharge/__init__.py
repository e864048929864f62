"""Gate 9, the surcharge: the list, and the bills under it."""
