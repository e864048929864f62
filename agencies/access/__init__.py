"""Getting in and out: passwords against accounts, logins as events, and when a session ends."""
