"""What lies behind a line: the area between two rows of numbers, and a stretch of time that is marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cases.web.show.charts.marks import Number, Scale, Series, at


@dataclass(frozen=True, slots=True)
class Area:
    """The room between two rows of numbers of one unit, by its name in the legend."""

    name: str
    low: Series
    high: Series
    css: str = "c-band"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of places from the first to the last one, by its name; it may begin or end between two."""

    name: str
    first: float
    last: float


class Plot(Protocol):
    """Where a place and a number lie."""

    @property
    def count(self) -> int: ...

    def x(self, n: float) -> float: ...

    def y(self, value: Number, along: Scale) -> float: ...


def area(of: Area, plot: Plot, along: Scale) -> SafeString:
    """The area, broken where a number is not known."""
    path = "".join(_ring(of, run, plot, along) for run in _known(of.low.values, of.high.values))
    return format_html('<path class="ch-area {}" d="{}"/>', of.css, path)


def _ring(of: Area, run: Sequence[int], plot: Plot, along: Scale) -> str:
    edge = [*((n, of.high.values[n]) for n in run), *((n, of.low.values[n]) for n in reversed(run))]
    spots = [f"{at(plot.x(n))} {at(plot.y(value, along))}" for n, value in edge if value is not None]
    return f"M{'L'.join(spots)}z"


def _known(low: Sequence[Number | None], high: Sequence[Number | None]) -> Iterator[list[int]]:
    run: list[int] = []
    for n, pair in enumerate(zip(low, high, strict=True)):
        if None not in pair:
            run.append(n)
        elif run:
            yield run
            run = []
    if run:
        yield run


def spans(of: Sequence[Span], plot: Plot, top: int, bottom: int) -> SafeString:
    """Each stretch with its name at its upper edge, on the side where there is room."""
    rows = []
    for each in of:
        first, last = plot.x(each.first), plot.x(each.last)
        # Near the right edge the name stands before the stretch.
        late = each.first > 0.62 * (plot.count - 1)
        rows.append(
            (
                at(first),
                top,
                at(max(last - first, 1)),
                bottom - top,
                "e" if late else "s",
                at(first - 4 if late else first + 4),
                top + 11,
                each.name,
            )
        )
    return format_html_join(
        "",
        '<rect class="ch-span" x="{}" y="{}" width="{}" height="{}"/><text class="ch-t {}" x="{}" y="{}">{}</text>',
        rows,
    )
