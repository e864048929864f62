"""Money over many cases: calculators of charges and the ledger of surcharged accounts."""
