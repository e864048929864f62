"""What is done with a list after it was sent in: led in step by step, taken back."""
