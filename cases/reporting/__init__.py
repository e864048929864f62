"""Weekly ledgers and overdue bulletins: drawn up as of the end of a week, numbered, kept and handed out."""
