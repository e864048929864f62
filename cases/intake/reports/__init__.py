"""Reports to a superior: files that leave the product, each recorded before its first byte does."""
