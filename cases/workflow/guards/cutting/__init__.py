"""Gates on how a cut is carried out, beside those on whether it may be."""
