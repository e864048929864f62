"""Erasure after retention: what is due, what would go, and the two people without whom nothing of a case goes.

What goes: the vault's records, the sealed parts of the case's events, the cells and hashes of its list rows with the
original files they came in, the keys of its sites, and the files that are no issued document. What stays: the events
with their proofs, the facts (codes and numbers), the numbered documents with their texts (the agency's archive), the
hashes of everything.
"""
