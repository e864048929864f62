"""The papers that acts issue: from what an act changes to the text that is committed with it."""
