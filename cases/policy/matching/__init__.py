"""How much each piece of evidence says about two rows being one site."""
