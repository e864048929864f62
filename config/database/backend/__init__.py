"""PostgreSQL as Django knows it, with every transaction told who is looking (`audit.sight`)."""
