"""The clocks of a case, and who held work how long."""
