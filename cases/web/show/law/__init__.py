"""What the pages of the law's periods show."""
