"""The papers that acts issue: dated templates, the text that is committed, and what is printed from it."""
