"""What the pages of time say: the clocks of a case, and who held work how long."""
