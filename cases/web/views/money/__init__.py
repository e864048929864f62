"""Money over many cases: calculators of charges, the ledger of surcharged accounts, runs of bills."""
