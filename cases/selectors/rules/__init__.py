"""Entered rules: those that hold, kept per process, and the versions as people look through them."""
