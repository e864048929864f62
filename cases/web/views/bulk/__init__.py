"""One act on many cases, and what a list finds as a file."""
