"""Outlines of regions: read once from GeoJSON, projected, and fitted into a frame.

Projection: Mercator. It keeps shapes right, and over one province its scale differs by less than three percent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, log, pi, radians, tan
from pathlib import Path
from typing import Any, Final

logger = logging.getLogger(__name__)

Spot = tuple[float, float]
# A place is labelled where the most room is: so many lines are tried between its top and its bottom.
_TRIED: Final = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """One region: its code as the product writes it (without trailing zero pairs), and its rings, projected."""

    code: str
    rings: tuple[tuple[Spot, ...], ...]

    @property
    def label(self) -> Spot:
        """Where its name stands best."""
        return _roomiest(max(self.rings, key=lambda ring: abs(_area(ring))))


@dataclass(frozen=True, slots=True)
class Frame:
    """From projected coordinates to those of a drawing."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    def place(self, spot: Spot) -> Spot:
        return ((spot[0] - self.left) * self.scale, (self.top - spot[1]) * self.scale)

    def path(self, shape: Shape) -> str:
        """The outline as SVG path data."""
        return "".join(f"M{'L'.join(_written(self.place(spot)) for spot in ring)}Z" for ring in shape.rings)


def code_of(adcode: str) -> str:
    """A GB/T 2260 code without its trailing zero pairs, so that "lies in" is "starts with"."""
    code = str(adcode)
    while code.endswith("00"):
        code = code[:-2]
    return code


def projected(spot: Sequence[float]) -> Spot:
    """Longitude and latitude in degrees to a plane."""
    return (radians(spot[0]), log(tan(pi / 4 + radians(spot[1]) / 2)))


@lru_cache(maxsize=4)
def shapes(folder: str) -> dict[str, Shape]:
    """Every outline of the files in a folder, by its code; a file that is none raises ValueError naming it."""
    found: dict[str, Shape] = {}
    for path in sorted(Path(folder).glob("*.geojson")):
        try:
            for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
                shape = _shape(feature)
                found[shape.code] = shape
        except (KeyError, TypeError, ValueError) as broken:
            raise ValueError(f"{path.name} is no GeoJSON with an adcode for each region: {broken!r}") from broken
    return found


def children(folder: str, code: str) -> list[Shape]:
    """The outlines one level inside a region, in the order of their codes; none where the files cannot be read."""
    try:
        found = shapes(folder)
    except (OSError, ValueError) as broken:
        # Without a map the page has its table; whoever put the file there reads it in the log.
        logger.error("no map is drawn: %s", broken)  # noqa: TRY400 - the reason is whole in the message
        return []
    return [found[each] for each in sorted(found) if each[:-2] == code]


def _shape(feature: dict[str, Any]) -> Shape:
    geometry = feature["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = tuple(tuple(projected(spot) for spot in ring) for polygon in polygons for ring in polygon)
    return Shape(code_of(feature["properties"]["adcode"]), rings)


def frame(drawn: Iterable[Shape], width: float, height: float, margin: float = 4) -> Frame:
    """All of these as large as the frame allows, in its middle."""
    spots = [spot for shape in drawn for ring in shape.rings for spot in ring]
    left, right = min(x for x, _ in spots), max(x for x, _ in spots)
    bottom, top = min(y for _, y in spots), max(y for _, y in spots)
    scale = min((width - 2 * margin) / (right - left), (height - 2 * margin) / (top - bottom))
    beside, above = (width / scale - (right - left)) / 2, (height / scale - (top - bottom)) / 2
    return Frame(left - beside, top + above, scale, width, height)


def size(shape: Shape, within: Frame) -> Spot:
    """Width and height of the largest ring in the drawing."""
    ring = max(shape.rings, key=lambda each: abs(_area(each)))
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return ((max(xs) - min(xs)) * within.scale, (max(ys) - min(ys)) * within.scale)


def _written(spot: Spot) -> str:
    return f"{spot[0]:.1f} {spot[1]:.1f}"


def _area(ring: Sequence[Spot]) -> float:
    turned = (*ring[1:], ring[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, turned, strict=True)) / 2


def _roomiest(ring: Sequence[Spot]) -> Spot:
    """The middle of the widest stretch inside, weighed by how far it is from the border above and below."""
    bottom, top = min(y for _, y in ring), max(y for _, y in ring)
    tried = [bottom + (top - bottom) * (n + 0.5) / _TRIED for n in range(_TRIED)]
    middles = [spot for y in tried for spot in _stretches(ring, y)]
    return max(middles, key=lambda spot: _clearance(ring, spot))


def _stretches(ring: Sequence[Spot], y: float) -> list[Spot]:
    """The middles of the stretches of a level line that lie inside."""
    turned = (*ring[1:], ring[0])
    crossed = sorted(
        a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for a, b in zip(ring, turned, strict=True)
        if (a[1] > y) != (b[1] > y)
    )
    return [((a + b) / 2, y) for a, b in zip(crossed[::2], crossed[1::2], strict=True)]


def _clearance(ring: Sequence[Spot], spot: Spot) -> float:
    turned = (*ring[1:], ring[0])
    return min(_apart(spot, a, b) for a, b in zip(ring, turned, strict=True))


def _apart(spot: Spot, a: Spot, b: Spot) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / length)) if length else 0.0
    return hypot(spot[0] - a[0] - along * dx, spot[1] - a[1] - along * dy)
