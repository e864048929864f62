"""What the law leaves open (measures, blind spots, changes of the rules) and the comparison of tariffs."""
