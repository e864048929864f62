"""Entered rules: proposed by one, approved by another, each step an event of the stream `rules/<kind>`."""
