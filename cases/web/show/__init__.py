"""What the pages show: from rows of the selectors and answers of the workflow to what the templates draw."""
