"""Which rows are one site: keyed hashes, rules with reasons, and what is already stored."""
