"""The grid company's work on surcharged accounts in bulk: calculators, runs of bills, what was really billed."""
