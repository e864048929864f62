"""What the pages around an act show."""
