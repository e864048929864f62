"""The pages of tips: the public form and its answer, and who reported, for the commission in charge."""
