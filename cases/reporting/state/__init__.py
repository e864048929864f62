"""Cases as they stood at an instant, and what each counts as."""
