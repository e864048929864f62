"""The weekly ledger at size, beside the same sheet by hand."""
