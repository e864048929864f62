"""Where a case lies: a small map of its city with its county marked, the city marked in the province, and the point."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from agencies.directory import held_directory
from cases.web.show.maps.shapes import Frame, Shape, Spot, children, frame, projected

WIDTH: Final = 320
HEIGHT: Final = 220
INSET: Final = 84


def locator(region_code: str, point: Spot | None = None, name: str = "") -> SafeString:
    """The map, or nothing where there are no outlines of that region.

    `point` is longitude and latitude in degrees; one that lies outside what is drawn is not. `name` is what the place
    is called, by default its path in the directory. The line of the map's review number is `maps.approval()`.
    """
    folder = str(settings.MAP_GEOJSON)
    city = region_code[:4] if len(region_code) > 4 else region_code
    near = children(folder, city) if len(region_code) > 4 else []
    around = children(folder, city[:2]) if len(city) == 4 else []
    if not near and city not in {shape.code for shape in around}:
        return mark_safe("")
    drawn, marked = (near, region_code) if near else (around, city)
    fitted = frame(drawn, WIDTH - (INSET if near and around else 0), HEIGHT, 8)
    dot = _inside(fitted, point)
    called = name or held_directory().region_path(region_code)
    said = gettext("位置示意：%(place)s，标出坐标点") if dot else gettext("位置示意：%(place)s")
    return format_html(
        '<svg class="locator" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        *(WIDTH, HEIGHT, said % {"place": called}),
        _outlines(drawn, fitted, marked),
        _inset(around, city) if near and around else "",
        format_html(
            '<circle class="lo-ring" cx="{0}" cy="{1}" r="9"/><circle class="lo-dot" cx="{0}" cy="{1}" r="4"/>', *dot
        )
        if dot
        else "",
    )


def _outlines(drawn: list[Shape], fitted: Frame, marked: str) -> SafeString:
    rows = (("lo-here" if shape.code == marked else "lo-part", fitted.path(shape)) for shape in drawn)
    return format_html_join("", '<path class="{}" d="{}"/>', rows)


def _inset(around: list[Shape], city: str) -> SafeString:
    """The province in the corner, with the city marked."""
    fitted = frame(around, INSET, INSET, 3)
    return format_html(
        '<g class="lo-inset" transform="translate({} {})"><rect width="{}" height="{}" rx="4"/>{}</g>',
        *(WIDTH - INSET - 1, HEIGHT - INSET - 1, INSET, INSET, _outlines(around, fitted, city)),
    )


def _inside(fitted: Frame, point: Spot | None) -> tuple[str, str] | None:
    if point is None or not -85 < point[1] < 85:
        return None
    x, y = fitted.place(projected(point))
    return (f"{x:.1f}", f"{y:.1f}") if 0 <= x <= fitted.width and 0 <= y <= fitted.height else None
