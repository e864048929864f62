"""What the pages of a crew read beside its cases."""
