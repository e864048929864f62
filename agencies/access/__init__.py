"""Getting in and out: passwords, second factors, logins as events, lock-outs, and when a session ends."""
