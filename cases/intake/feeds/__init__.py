"""Signals that come as a stream: each request is a list of its own, read, matched and kept as every other."""
