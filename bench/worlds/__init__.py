"""Worlds to read: the lists of a whole city with their truth, written in styles that are not the sample's.

A world is a city with sites, what was seen of them, and four lists about them: telecom, trace, grid, tips. It knows
which row is which site and which row must be refused and why. Nothing here uses the code that reads lists: a mistake
that both shared would be invisible.
"""
