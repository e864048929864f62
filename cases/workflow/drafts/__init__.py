"""Drafts: what was typed for an act that is not done yet."""
