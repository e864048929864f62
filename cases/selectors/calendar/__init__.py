"""The working calendar: the entries in force, kept per process, and all of them as people look through them."""
