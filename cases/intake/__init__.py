"""From a list as an official made it to cases: reading, fates, one site per household, the answer to every row."""
