"""What the law leaves open over many cases: the register of blind spots, changes of the rules."""
