"""What the passing of time brings about, with nobody acting: a year's plan becomes known, a window is over."""
