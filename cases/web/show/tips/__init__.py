"""Tips on pages: the words of the public form, and a tip as the commission in charge sees it."""
