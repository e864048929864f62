"""驾驶舱: the figures of a region over the cases that somebody leads, watches over, or takes part in."""
