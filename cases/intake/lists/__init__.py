"""A list as an official made it: cells, columns, values, places, and the fate of each row. Pure."""
