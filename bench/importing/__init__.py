"""What `python -m bench import` needs: the list it imports, and the same rows by hand."""
