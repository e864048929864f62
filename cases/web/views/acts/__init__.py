"""Around the acts: drafts that are saved by themselves, and the second person."""
