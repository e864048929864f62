"""What is wrong with a cell, and which sentence says so."""
