"""The pages of time: the clocks of a case, and who held work how long."""
