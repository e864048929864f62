"""How far a person sees: whose tasks they are shown, and how much of a case they read."""
