"""Around the form of an act: its draft, what changed meanwhile, and what follows."""
