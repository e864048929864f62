"""Numbered documents over the API."""
