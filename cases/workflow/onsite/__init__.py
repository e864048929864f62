"""The crew at the meter: what was ticked, read and photographed step by step, until the cut is made as one act."""
