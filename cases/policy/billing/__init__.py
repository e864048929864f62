"""What follows a bill: charges besides the price of energy, arrears and their fee, readings, reconciliation."""
