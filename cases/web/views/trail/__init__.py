"""Beside the page of the trail: its files, and how far a long verification has come."""
