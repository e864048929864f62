"""The names of provinces, cities and counties, and how an address begins with them."""
