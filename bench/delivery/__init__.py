"""From the commit of an act to the inbox: the product's way and one by hand, under the same load."""
