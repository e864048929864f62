"""Pairs of cases that may be one site, as the pages show them."""
