"""Weekly ledgers and overdue bulletins over the API."""
