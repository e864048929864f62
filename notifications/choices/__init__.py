"""What a person chose about being told: which kinds over which channels, when, and where they are reached."""
