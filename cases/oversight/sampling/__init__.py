"""抽查: planning, drawing, reviewing, and what `verify_audit` asks of all of it."""
