"""A heat map: a row each day, a column each part of it; darker for more, and struck through where nothing is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cases.web.show.charts.marks import Chart, Number, at, scale, write
from cases.web.show.charts.spans import Span

WIDTH: Final = 560
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 8, 24
ROW: Final = 9
LEVELS: Final = 6


@dataclass(frozen=True, slots=True)
class Cells:
    """What is drawn: the names of rows and columns, of each row its numbers (None: not known), and their unit."""

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Number | None]]
    unit: str


def heat_map(cells: Cells, *, said: str, table: SafeString, steps: tuple[int, int], span: Span | None = None) -> Chart:
    """The drawing with its legend. `steps`: a label each so many rows and columns; `span`: a time that is outlined.

    A `Span` counts the cells from the first one of the first row on.
    """
    most = scale([value for row in cells.values for value in row]).most
    high = TOP + ROW * len(cells.rows) + BOTTOM
    parts = [
        *(_level(cells, level, most) for level in range(LEVELS)),
        _gaps(cells),
        _labels(cells, steps, high),
        _outline(cells, span) if span else "",
    ]
    svg = format_html(
        '{}<svg class="chart heat" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        *(_legend(cells, most), WIDTH, high, said),
        format_html_join("", "{}", ((part,) for part in parts)),
    )
    return Chart(svg, said, table)


def level_of(value: Number | None, most: float) -> int | None:
    """Which colour a number has: as many equal steps from nothing to the end of the scale."""
    return None if value is None else min(int(value / most * LEVELS), LEVELS - 1)


def _x(cells: Cells, column: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * column / max(len(cells.columns), 1)


def _runs(cells: Cells, level: int | None, most: float) -> Iterator[tuple[int, int, int]]:
    """Row, first column and the one behind the last, for each run of cells of one colour."""
    for n, row in enumerate(cells.values):
        place = 0
        for found, run in groupby(row, lambda value: level_of(value, most)):
            length = len(list(run))
            if found == level:
                yield n, place, place + length
            place += length


def _level(cells: Cells, level: int, most: float) -> SafeString:
    path = "".join(
        f"M{at(_x(cells, first))} {TOP + ROW * n}H{at(_x(cells, end))}v{ROW - 1}H{at(_x(cells, first))}z"
        for n, first, end in _runs(cells, level, most)
    )
    return format_html('<path class="ht-{}" d="{}"/>', level, path) if path else SafeString()


def _gaps(cells: Cells) -> SafeString:
    """What was not measured is struck through: an empty place could be a low number."""
    path = "".join(
        f"M{at(_x(cells, first))} {at(TOP + ROW * (n + 0.5))}H{at(_x(cells, end))}"
        for n, first, end in _runs(cells, None, 1)
    )
    return format_html('<path class="ht-gap" d="{}"/>', path) if path else SafeString()


def _labels(cells: Cells, steps: tuple[int, int], high: int) -> SafeString:
    rows = [
        ("e", LEFT - 6, TOP + ROW * n + ROW - 1, name)
        for n, name in enumerate(cells.rows)
        if (len(cells.rows) - 1 - n) % steps[0] == 0
    ]
    columns = [("m", at(_x(cells, n)), high - 8, name) for n, name in enumerate(cells.columns) if n % steps[1] == 0]
    return format_html_join("", '<text class="ch-t {}" x="{}" y="{}">{}</text>', [*rows, *columns])


def _outline(cells: Cells, span: Span) -> SafeString:
    """The edge of the cells from the first to the last one of the span."""
    wide = len(cells.columns)
    (top, begin), (bottom, last) = divmod(int(span.first), wide), divmod(int(span.last), wide)
    left, right, y = at(_x(cells, 0)), at(_x(cells, wide)), [TOP + ROW * n for n in range(len(cells.rows) + 1)]
    start, end = at(_x(cells, begin)), at(_x(cells, last + 1))
    path = f"M{start} {y[top]}H{end}V{y[top + 1]}H{start}z"
    if top != bottom:
        path = f"M{start} {y[top]}H{right}V{y[bottom]}H{end}V{y[bottom + 1]}H{left}V{y[top + 1]}H{start}z"
    return format_html('<path class="ht-span" d="{}"/>', path)


def _legend(cells: Cells, most: float) -> SafeString:
    edges = [most * n / LEVELS for n in range(LEVELS + 1)]
    digits = 0 if most >= 4 * LEVELS else 1
    rows = [(f"ht-{n}", f"{write(edges[n], digits)}–{write(edges[n + 1], digits)}") for n in range(LEVELS)]
    mark = '<li><svg width="18" height="10" viewBox="0 0 18 10" aria-hidden="true">{}</svg>{}</li>'
    marked = format_html_join(
        "", mark, ((format_html('<rect class="{}" width="18" height="10"/>', css), name) for css, name in rows)
    )
    gap = format_html(mark, SafeString('<path class="ht-gap" d="M0 5H18"/>'), gettext("缺测"))
    return format_html('<ul class="chkey"><li>{}</li>{}{}</ul>', cells.unit, marked, gap)
