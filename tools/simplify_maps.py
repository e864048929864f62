"""Make the committed outlines small: shared borders stay shared, so that no gap opens between two neighbours.

Usage: tools/simplify_maps.py SOURCE_DIRECTORY (jiangsu_province|city|district.geojson) → cases/data/maps
Each border between two places is one line between two corners where three meet; a line is simplified once, whichever
place it is read from (Douglas–Peucker, tolerance in degrees), and rounded to four decimals, about ten metres.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "cases" / "data" / "maps"
SOURCES = {"city": 0.012, "district": 0.006}
# A ring smaller than this is an island of no use at the size of a page; in square degrees.
SMALLEST = 0.00025

Spot = tuple[float, float]
Ring = list[Spot]


def main(source: Path) -> None:
    for name, tolerance in SOURCES.items():
        found = json.loads((source / f"jiangsu_{name}.geojson").read_text(encoding="utf-8"))["features"]
        features = simplified(found, tolerance)
        text = json.dumps(
            {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
        )
        (OUT / f"jiangsu_{name}.geojson").write_text(text.replace('{"type":"Feature"', '\n{"type":"Feature"') + "\n")


def simplified(features: list[dict[str, Any]], tolerance: float) -> list[dict[str, Any]]:
    """The same places with fewer points, in the order of their codes."""
    rings = {f["properties"]["adcode"]: _rings(f) for f in features}
    corners = _corners([ring for many in rings.values() for ring in many])
    known: dict[tuple[Spot, ...], list[Spot]] = {}
    told = []
    for feature in sorted(features, key=lambda f: f["properties"]["adcode"]):
        code = feature["properties"]["adcode"]
        lines = [_line(ring, corners, tolerance, known) for ring in rings[code]]
        kept = [line for line in lines if len(line) > 3 and abs(area(line)) > SMALLEST]
        kept = kept or [max(lines, key=lambda line: abs(area(line)))]
        told.append(
            {
                "type": "Feature",
                "properties": {"adcode": code, "name": feature["properties"]["name"]},
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [[[[round(x, 4), round(y, 4)] for x, y in line]] for line in kept],
                },
            }
        )
    return told


def _rings(feature: dict[str, Any]) -> list[Ring]:
    """The outer rings, without the point that closes each: none of these places has a hole that matters here."""
    return [[(x, y) for x, y in polygon[0][:-1]] for polygon in feature["geometry"]["coordinates"]]


def _corners(rings: list[Ring]) -> set[Spot]:
    """Where lines begin and end: the points whose neighbours are not the same two in every ring."""
    neighbours: dict[Spot, set[frozenset[Spot]]] = defaultdict(set)
    for ring in rings:
        for n, spot in enumerate(ring):
            neighbours[spot].add(frozenset((ring[n - 1], ring[(n + 1) % len(ring)])))
    return {spot for spot, sides in neighbours.items() if len(sides) > 1}


def _line(ring: Ring, corners: set[Spot], tolerance: float, known: dict[tuple[Spot, ...], list[Spot]]) -> Ring:
    """A closed ring of simplified lines."""
    # A ring without corners (an island) is cut where it would be by whoever else reads it: at its least point.
    first = next((n for n, spot in enumerate(ring) if spot in corners), ring.index(min(ring)))
    turned = [*ring[first:], *ring[:first], ring[first]]
    cuts = [n for n, spot in enumerate(turned) if n in (0, len(turned) - 1) or spot in corners]
    if len(cuts) == 2:
        cuts.insert(1, len(turned) // 2)
    told: Ring = [turned[0]]
    for begin, end in pairwise(cuts):
        part = tuple(turned[begin : end + 1])
        forward = part <= part[::-1]
        key = part if forward else part[::-1]
        if key not in known:
            known[key] = thinned(list(key), tolerance)
        told += (known[key] if forward else known[key][::-1])[1:]
    return told


def thinned(line: list[Spot], tolerance: float) -> list[Spot]:
    """Douglas–Peucker: the ends, and each point that lies farther from the line between its ends."""
    if len(line) < 3:
        return line
    far, at = max((_distance(spot, line[0], line[-1]), n) for n, spot in enumerate(line[1:-1], 1))
    if far <= tolerance:
        return [line[0], line[-1]]
    return [*thinned(line[: at + 1], tolerance), *thinned(line[at:], tolerance)[1:]]


def _distance(spot: Spot, a: Spot, b: Spot) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0.0 if not length else max(0.0, min(1.0, ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / length))
    x, y = spot[0] - a[0] - along * dx, spot[1] - a[1] - along * dy
    return (x * x + y * y) ** 0.5


def area(ring: Ring) -> float:
    """Of a closed ring, with its sign."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


if __name__ == "__main__":
    main(Path(sys.argv[1]))
