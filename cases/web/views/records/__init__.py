"""The pages of the registers beside the cases."""
