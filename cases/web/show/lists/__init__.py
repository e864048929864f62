"""What the pages of lists say beside their rows."""
