"""What the pages of numbered documents show."""
