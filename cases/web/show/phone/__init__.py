"""The crew's five steps as a telephone shows them."""
