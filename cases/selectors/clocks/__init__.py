"""Whose a task or a case was, for how long, with which deadline: of one case, and over many."""
