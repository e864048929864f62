"""The explained decision on a case: its facts as the pure rules ask for them, and what the rules answer."""
