"""Pages of the feedback to the issuers of lists."""
