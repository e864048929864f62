"""What supervision reads: steps of deadlines and their rules, as the pages say them."""
