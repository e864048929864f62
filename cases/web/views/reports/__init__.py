"""Pages of ledgers and bulletins."""
