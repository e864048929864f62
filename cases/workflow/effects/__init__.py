"""What each act changes: pure functions from a case and typed input to an `Outcome`. No database, no clock."""
