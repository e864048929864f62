"""Coordinates as a cell of a grid (geohash), so that nearness can be compared by equal keys.

A cell of eight characters is some 38 by 19 metres. Two points on both sides of a border are neighbours all the same:
the row is known by its own cell, and looked for in the eight around it too.
"""

from __future__ import annotations

from collections.abc import Iterator

CHARACTERS = 8
_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
_BITS = CHARACTERS * 5
_LON_BITS, _LAT_BITS = (_BITS + 1) // 2, _BITS // 2
# Mainland China with its seas. A pair that lies elsewhere is a slip, or two columns that changed places.
_LON, _LAT = (73.0, 136.0), (3.0, 54.0)


def read_spot(longitude: str, latitude: str) -> str:
    """The cell of two cells of a list in degrees; empty where they are no place in China."""
    try:
        lon, lat = float(longitude), float(latitude)
    except ValueError:
        return ""
    if not (_LON[0] <= lon <= _LON[1] and _LAT[0] <= lat <= _LAT[1]):
        return ""
    return _text(int((lon + 180) / 360 * 2**_LON_BITS), int((lat + 90) / 180 * 2**_LAT_BITS))


def around(cell: str) -> Iterator[str]:
    """The cell itself, then the eight that touch it."""
    x, y = _numbers(cell)
    yield cell
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            if dx or dy:
                yield _text(x + dx, y + dy)


def within(cell: str, east: int, north: int) -> Iterator[str]:
    """Every cell at most so many cells away in each direction, the cell itself included."""
    x, y = _numbers(cell)
    for dx in range(-east, east + 1):
        for dy in range(-north, north + 1):
            yield _text(x + dx, y + dy)


def _text(x: int, y: int) -> str:
    """Bits of both in turn, longitude first, five to a character."""
    bits = 0
    for place in range(_BITS):
        lon = place % 2 == 0
        value, left = (x, _LON_BITS) if lon else (y, _LAT_BITS)
        bits = bits << 1 | value >> (left - 1 - place // 2) & 1
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(_BITS - 5, -1, -5))


def _numbers(cell: str) -> tuple[int, int]:
    bits = 0
    for char in cell:
        bits = bits << 5 | _ALPHABET.index(char)
    x = y = 0
    for place in range(_BITS):
        bit = bits >> (_BITS - 1 - place) & 1
        if place % 2 == 0:
            x = x << 1 | bit
        else:
            y = y << 1 | bit
    return x, y
