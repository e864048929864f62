"""Who is told: from the outbox rows that transitions leave to the inbox of each person who has to act next."""
