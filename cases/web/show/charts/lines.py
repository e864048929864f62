"""Lines over time, with columns behind them where a second row of numbers has a unit of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cases.web.show.charts.marks import Chart, Number, Scale, Series, at, scale, sentence, table_of
from cases.web.show.charts.spans import Area, Span, area, spans

WIDTH: Final = 560
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 34, 30
# So many labels stand below a chart at most; every other one of them is left out on a phone.
LABELS: Final = 12


@dataclass(frozen=True, slots=True)
class _Plot:
    """The area that is drawn in: where a position and a number lie."""

    count: int
    height: int
    right: int
    # Columns need half a place on either side, a line begins at the edge.
    inset: float

    def x(self, n: float) -> float:
        inner = WIDTH - LEFT - self.right - 2 * self.inset
        return LEFT + self.inset + (inner * n / (self.count - 1) if self.count > 1 else inner / 2)

    def y(self, value: Number, along: Scale) -> float:
        return self.height - BOTTOM - along.share(value) * (self.height - TOP - BOTTOM)


def _known(series: Iterable[Series | None]) -> list[Number | None]:
    return [value for each in series if each for value in each.values]


def _plot(count: int, height: int, right: int, *, inset: bool) -> _Plot:
    return _Plot(count, height, right, (WIDTH - LEFT - right) / (2 * max(count, 1)) if inset else 0)


def line_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    columns: Series | None = None,
    head: str = "",
    levels: Sequence[tuple[str, Number]] = (),
    areas: Sequence[Area] = (),
    marked: Sequence[Span] = (),
    height: int = 292,
    dots: bool = True,
    every: int = 0,
    said: str = "",
) -> Chart:
    """One or more lines of one unit; `columns` stand behind them on a scale of their own.

    A label stands at the first place and at each `every`-th after it, where that is named. `said` is the sentence of
    the drawing where the course alone would not tell it. `levels` are named lines across, such as a limit, `areas` lie
    behind the lines, `marked` are stretches of time. A number that is not known breaks the line.
    """
    beside = bool(columns and series)
    ours = scale([*_known(series or (columns,)), *_known([each.high for each in areas]), *(n for _, n in levels)])
    theirs = scale(columns.values, len(ours.ticks) - 1) if columns and beside else ours
    plot = _plot(len(labels), height, LEFT if beside else RIGHT, inset=columns is not None)
    everything = [*series, columns] if columns else list(series)
    parts = [
        spans(marked, plot, TOP, height - BOTTOM),
        *(area(each, plot, ours) for each in areas),
        _grid(ours, plot, everything[0].unit),
        _other_scale(theirs, plot, columns.unit) if columns and beside else "",
        _below(labels, plot, every),
        _columns(columns, plot, theirs) if columns else "",
        *(_level(name, value, plot, ours) for name, value in levels),
        *(_line(each, plot, ours, dots=dots) for each in series),
    ]
    said = said or sentence(title, labels, everything)
    legend = _legend(everything, columns, areas)
    table = table_of(title, head, labels, [*everything, *(edge for each in areas for edge in (each.low, each.high))])
    return Chart(_svg(legend, height, said, parts), said, table)


def _svg(legend: SafeString | str, height: int, said: str, parts: Sequence[SafeString | str]) -> SafeString:
    drawn = format_html_join("", "{}", ((part,) for part in parts))
    return format_html(
        '{}<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        legend,
        WIDTH,
        height,
        said,
        drawn,
    )


def _grid(along: Scale, plot: _Plot, unit: str) -> SafeString:
    lines = (
        (LEFT, at(plot.y(tick, along)), WIDTH - plot.right, LEFT - 6, at(plot.y(tick, along) + 4), _tick(tick, along))
        for tick in along.ticks
    )
    drawn = format_html_join(
        "", '<path class="ch-grid" d="M{0} {1}H{2}"/><text class="ch-t e" x="{3}" y="{4}">{5}</text>', lines
    )
    return format_html('{}<text class="ch-t" x="4" y="{}">{}</text>', drawn, TOP - 16, unit)


def _other_scale(along: Scale, plot: _Plot, unit: str) -> SafeString:
    rows = ((WIDTH - plot.right + 6, at(plot.y(tick, along) + 4), _tick(tick, along)) for tick in along.ticks)
    drawn = format_html_join("", '<text class="ch-t" x="{}" y="{}">{}</text>', rows)
    return format_html('{}<text class="ch-t e" x="{}" y="{}">{}</text>', drawn, WIDTH - 2, TOP - 16, unit)


def _tick(value: float, along: Scale) -> str:
    return f"{value:,.{along.digits}f}"


def _below(labels: Sequence[str], plot: _Plot, every: int) -> SafeString:
    """As many labels as there is room for, always the last one; or from the first one on in steps."""
    fitting = max(1, -(-len(labels) // LABELS))
    shown = [n for n in range(len(labels)) if (n % every if every else (len(labels) - 1 - n) % fitting) == 0]
    rows = (
        (
            _anchor(n, plot) + ("" if (len(shown) - 1 - place) % 2 == 0 else " alt"),
            at(plot.x(n)),
            plot.height - 8,
            labels[n],
        )
        for place, n in enumerate(shown)
    )
    return format_html_join("", '<text class="ch-t {}" x="{}" y="{}">{}</text>', rows)


def _anchor(n: int, plot: _Plot) -> str:
    """A label stands below the middle of its place, or within the drawing where that is its edge."""
    return "e" if n + 1 == plot.count and not plot.inset and plot.count > 1 else "m"


def _columns(columns: Series, plot: _Plot, along: Scale) -> SafeString:
    wide = plot.inset * 2 * 0.52
    bottom = plot.y(0, along)
    rows = (
        (columns.css, at(plot.x(n) - wide / 2), at(plot.y(value, along)), at(wide), at(bottom - plot.y(value, along)))
        for n, value in enumerate(columns.values)
        if value is not None
    )
    return format_html_join("", '<rect class="ch-col {}" x="{}" y="{}" width="{}" height="{}"/>', rows)


def _level(name: str, value: Number, plot: _Plot, along: Scale) -> SafeString:
    y = plot.y(value, along)
    return format_html(
        '<path class="ch-level" d="M{} {}H{}"/><text class="ch-t e" x="{}" y="{}">{}</text>',
        *(LEFT, at(y), WIDTH - plot.right, WIDTH - plot.right - 2, at(y - 4), name),
    )


def _line(series: Series, plot: _Plot, along: Scale, *, dots: bool) -> SafeString:
    path, pen = [], "M"
    for n, value in enumerate(series.values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{at(plot.x(n))} {at(plot.y(value, along))}")
        pen = "L"
    known = [(n, value) for n, value in enumerate(series.values) if value is not None]
    marks = known if dots and len(known) <= 40 else [pair for pair in known if _alone(series.values, pair[0])]
    circles = format_html_join(
        "",
        '<circle class="ch-dot {}" cx="{}" cy="{}" r="3"/>',
        ((series.css, at(plot.x(n)), at(plot.y(value, along))) for n, value in marks),
    )
    return format_html('<path class="ch-line {}" d="{}"/>{}', series.css, "".join(path), circles)


def _alone(values: Sequence[Number | None], n: int) -> bool:
    """A number between two that are not known: no line would show it."""
    before, after = (values[n - 1] if n else None), (values[n + 1] if n + 1 < len(values) else None)
    return before is None and after is None


def _legend(series: Sequence[Series], columns: Series | None, areas: Sequence[Area]) -> SafeString:
    """The names beside their marks, above the drawing: text that wraps where there is little room. One needs none."""
    if len(series) + len(areas) < 2:
        return SafeString()
    rows = [(each.css, (0, 10) if each is columns else (4, 2), each.name) for each in series]
    rows += [(each.css, (0, 10), each.name) for each in areas]
    marked = format_html_join(
        "",
        '<li><svg class="{}" width="18" height="10" viewBox="0 0 18 10" aria-hidden="true">'
        '<rect class="{}" y="{}" width="18" height="{}"/></svg>{}</li>',
        ((css, css, *spot, name) for css, spot, name in rows),
    )
    return format_html('<ul class="chkey">{}</ul>', marked)
