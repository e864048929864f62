"""Entered rules over HTTP."""
