"""Pairs of cases that may be one site: written by an import, answered by an officer."""
