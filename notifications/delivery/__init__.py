"""What becomes of a message after its row is written: who gets it, over which channel, how often it is tried."""
