"""What was really billed, put beside the bills here, account by account and month by month."""
