"""Tips of residents: taken in without an account, placed as rows of a list, followed by number; the reporter sealed."""
