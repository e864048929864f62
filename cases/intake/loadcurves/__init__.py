"""Load curves that the grid company brings: its file as it comes, read strictly, kept with the case by an event."""
