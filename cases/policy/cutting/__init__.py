"""How a cut is carried out: who approves it, how its notice is served, what the crew proves, what undoes it."""
