"""What a load curve of 96 points a day says: kept without guessing, summed without rounding."""
