"""What the pages of the working calendar show."""
