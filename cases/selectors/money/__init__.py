"""Money over all cases: the ledger of surcharged accounts, runs of bills, what was really billed."""
