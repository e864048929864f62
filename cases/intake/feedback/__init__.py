"""Feedback to the issuer of a list: every row answered in the issuer's own columns, in versions that are kept."""
