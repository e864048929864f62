"""The steps of a list that a person leads in: columns, preview, mending, commit, cancel."""
