"""What the law on personal data asks: who sees which field at which precision, and how long data are kept."""
