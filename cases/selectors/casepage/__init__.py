"""What only the page of one case asks for."""
