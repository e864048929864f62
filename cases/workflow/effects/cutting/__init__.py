"""What the steps of a cut leave on record."""
