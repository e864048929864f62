"""Pages beside the list of messages: arrivals, choices, previews, and who would hear of an act."""
