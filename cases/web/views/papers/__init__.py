"""The pages of numbered documents: one document, the register of numbers, and the check that is open to everybody."""
