"""A region by what lies in it: each part shaded by a count, a link where one is given, and a key of the shades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cases.web.show.maps.shapes import Frame, Shape, children, frame, size

WIDTH: Final = 520
HEIGHT: Final = 500
SHADES: Final = 5
# The size of a label in the drawing: one character of Chinese, one line.
CHARACTER: Final = 12.5
LINE: Final = 15


@dataclass(frozen=True, slots=True)
class Area:
    """One part of a region: what is counted there, what is said of it, and where its link leads ("" for none)."""

    code: str
    name: str
    count: int
    spoken: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One shade and the counts it stands for."""

    shade: int
    text: str


@dataclass(frozen=True, slots=True)
class Map:
    """What a page shows: the drawing, its key, the parts without an outline, and the line below."""

    svg: SafeString
    key: Sequence[Key]
    beside: Sequence[Area]
    note: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One outline as it is drawn, whatever is counted in it."""

    code: str
    path: str
    x: float
    y: float
    width: float
    height: float


def approval() -> str:
    """The line below every map: its review number, or that it has none."""
    number: str = settings.MAP_APPROVAL_NO
    if number:
        return gettext("审图号：%(number)s") % {"number": number}
    return gettext("底图仅作示意，公开使用前须替换为带审图号的底图")


def region_map(code: str, areas: Mapping[str, Area], label: str) -> Map | None:
    """The parts of a region, each with its count; None where there are no outlines of them.

    `label` says what the map shows. A part that has no area is drawn with no count and no link.
    """
    drawn = _outlines(str(settings.MAP_GEOJSON), code)
    if not drawn:
        return None
    edges = breaks([areas[each.code].count for each in drawn if each.code in areas])
    taken: list[tuple[float, float, float, float]] = []
    labels = {each.code: _labelled(each, areas.get(each.code), edges, taken) for each in drawn}
    order = sorted(drawn, key=lambda each: each.code)
    body = format_html_join(
        "", "{}", ((_part(each, areas.get(each.code), edges, labels[each.code]),) for each in order)
    )
    svg = format_html(
        '<svg class="pmap" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>', WIDTH, HEIGHT, label, body
    )
    outlined = {each.code for each in drawn}
    beside = [area for each, area in sorted(areas.items()) if each not in outlined]
    return Map(svg, _key(edges), beside, approval())


def breaks(counts: Sequence[int]) -> list[int]:
    """The least count of each shade but the palest: round steps, so that the darkest is reached."""
    most = max(counts, default=0)
    step = max(1, round_up(most / SHADES))
    return [step * n for n in range(1, SHADES) if step * n <= most]


def round_up(value: float) -> int:
    """The next of 1, 2, 3, 5 and their tenfolds."""
    power = 1
    while power * 10 < value:
        power *= 10
    return next(power * n for n in (1, 2, 3, 5, 10) if power * n >= value)


def shade_of(count: int, edges: Sequence[int]) -> int:
    """0 is the palest."""
    return sum(count >= edge for edge in edges)


def _key(edges: Sequence[int]) -> list[Key]:
    ends = [*edges, None]
    begins = [0, *edges]
    told = []
    for shade, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        last = None if end is None else end - 1
        text = f"≥{begin}" if last is None else str(begin) if begin == last else f"{begin}–{last}"
        told.append(Key(shade, text))
    return told


@lru_cache(maxsize=64)
def _outlines(folder: str, code: str) -> tuple[_Drawn, ...]:
    """The parts of a region as drawn, the largest first: whose label stands first."""
    found = children(folder, code)
    if not found:
        return ()
    fitted = frame(found, WIDTH, HEIGHT)
    drawn = [_outline(shape, fitted) for shape in found]
    return tuple(sorted(drawn, key=lambda each: -each.width * each.height))


def _outline(shape: Shape, fitted: Frame) -> _Drawn:
    x, y = fitted.place(shape.label)
    width, height = size(shape, fitted)
    return _Drawn(shape.code, fitted.path(shape), round(x, 1), round(y, 1), width, height)


def _labelled(
    each: _Drawn, area: Area | None, edges: Sequence[int], taken: list[tuple[float, float, float, float]]
) -> SafeString:
    """Name and count where there is room for them, else the count, else nothing: the link says both."""
    if area is None:
        return mark_safe("")
    count, dark = f"{area.count:,}", " on" if shade_of(area.count, edges) > 2 else ""
    wide = max(_length(area.name) * CHARACTER, _length(count) * CHARACTER)
    for lines, width in ((2, wide), (1, _length(count) * CHARACTER)):
        box = (each.x - width / 2, each.y - lines * LINE / 2, each.x + width / 2, each.y + lines * LINE / 2)
        if width > each.width + 4 or lines * LINE > each.height or any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        name = format_html('<tspan x="{}">{}</tspan>', each.x, area.name) if lines == 2 else mark_safe("")
        below = mark_safe(' dy="15"') if lines == 2 else mark_safe("")
        y = each.y - 2 if lines == 2 else each.y + 5
        return format_html(
            '<text class="pm-t{}" x="{}" y="{}" aria-hidden="true">{} <tspan class="n" x="{}"{}>{}</tspan></text>',
            *(dark, each.x, f"{y:.1f}", name, each.x, below, count),
        )
    return mark_safe("")


def _length(text: str) -> float:
    """In characters of Chinese: Latin letters and figures are half as wide."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.55 for letter in text)


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _part(each: _Drawn, area: Area | None, edges: Sequence[int], label: SafeString) -> SafeString:
    if area is None:
        return format_html('<path class="pm-none" d="{}"/>', each.path)
    path = format_html(
        '<path class="pm-{}" d="{}"><title>{}</title></path>', shade_of(area.count, edges), each.path, area.spoken
    )
    if not area.href:
        return format_html('<g role="img" aria-label="{}">{}{}</g>', area.spoken, path, label)
    return format_html('<a href="{}" aria-label="{}">{}{}</a>', area.href, area.spoken, path, label)
