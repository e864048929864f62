"""Ledgers and bulletins, for their pages."""
