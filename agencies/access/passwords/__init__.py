"""What a password has to be like, and what is remembered of it."""
