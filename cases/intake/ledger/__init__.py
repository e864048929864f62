"""The ledger of batches: what was stated about a list, how far it is answered, what changed since the one before."""
