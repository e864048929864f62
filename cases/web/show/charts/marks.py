"""What every chart is made of: series of numbers, round scales, written numbers, the sentence and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cases.web.show.words import clauses, pair

Number = float | int
NONE: Final = "--"


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers: its name, the numbers (None: not known), its unit and the class of its colour."""

    name: str
    values: Sequence[Number | None]
    unit: str = ""
    css: str = "c-1"
    digits: int = 0

    def written(self, value: Number | None) -> str:
        return write(value, self.digits)

    @property
    def headed(self) -> str:
        """The name with its unit, as a column says it."""
        return gettext("%(name)s（%(unit)s）") % {"name": self.name, "unit": self.unit} if self.unit else self.name


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, the sentence that it says, and its numbers as a table."""

    svg: SafeString
    sentence: str
    table: SafeString


@dataclass(frozen=True, slots=True)
class Scale:
    """From numbers to a length: 0 (or the least) at one end, a round number at the other, with its ticks."""

    least: float
    most: float
    ticks: tuple[float, ...]
    digits: int

    def share(self, value: Number) -> float:
        return (value - self.least) / (self.most - self.least)


def scale(values: Sequence[Number | None], steps: int = 4) -> Scale:
    """A scale over all of these, from zero (or below) to the next round number, in about so many steps."""
    known = [float(value) for value in values if value is not None]
    least, most = min([0.0, *known]), max([0.0, *known])
    if least == most:
        most = least + 1
    step = _round_step((most - least) / steps)
    low = -step * -(least // step) if least < 0 else 0.0
    ticks = [low]
    while ticks[-1] < most - step * 1e-9:
        ticks.append(ticks[-1] + step)
    # A quarter needs one digit more than a fifth: 0.25 is not 0.2.
    power = floor(log10(step) + 1e-9)
    quarter = abs(step / 10.0**power - 2.5) < 1e-6
    return Scale(low, ticks[-1], tuple(round(tick, 10) for tick in ticks), max(0, quarter - power))


def _round_step(value: float) -> float:
    power: float = 10.0 ** floor(log10(value))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= value * (1 - 1e-9))


def write(value: Number | None, digits: int = 0) -> str:
    """With thousands apart; nothing known is --, and 0 is a zero that was measured."""
    return NONE if value is None else f"{value:,.{digits}f}"


def sentence(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """What the chart shows, for a screen reader: of each series its first, last and highest number, and when."""
    said = [_course(labels, each) for each in series]
    return pair(title, clauses(said))


def _course(labels: Sequence[str], series: Series) -> str:
    known = [(label, value) for label, value in zip(labels, series.values, strict=True) if value is not None]
    if not known:
        return gettext("%(name)s没有数据") % {"name": series.name}
    (first, begins), (last, ends) = known[0], known[-1]
    highest, most = max(known, key=lambda pair: pair[1])
    unit = f" {series.unit}" if series.unit else ""
    words = {
        "name": series.name,
        "first": first,
        "begins": series.written(begins) + unit,
        "last": last,
        "ends": series.written(ends) + unit,
        "highest": highest,
        "most": series.written(most) + unit,
    }
    if len(known) == 1:
        return gettext("%(name)s：%(first)s %(begins)s") % words
    return gettext("%(name)s由 %(first)s 的 %(begins)s 到 %(last)s 的 %(ends)s，最高 %(most)s（%(highest)s）") % words


def data_table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str = "", css: str = ""
) -> SafeString:
    """A table of numbers: the first cell of each row is its head, all others stand to the right."""
    columns = format_html_join(
        "",
        '<th scope="col"{}>{}</th>',
        ((mark_safe(' class="num"') if n else "", head) for n, head in enumerate(heads)),
    )
    lines = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((row[0], format_html_join("", '<td class="num">{}</td>', ((cell,) for cell in row[1:]))) for row in rows),
    )
    if not rows and empty:
        lines = format_html('<tr><td colspan="{}">{}</td></tr>', len(heads), empty)
    return format_html(
        '<table class="table card-table dtable{}"><caption class="visually-hidden">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        *(f" {css}" if css else "", caption, columns, lines),
    )


def table_of(caption: str, head: str, labels: Sequence[str], series: Sequence[Series]) -> SafeString:
    """The numbers of some series, one row a label."""
    rows = [[label, *(each.written(each.values[n]) for each in series)] for n, label in enumerate(labels)]
    return data_table(caption, [head, *(each.headed for each in series)], rows)


def at(value: float) -> str:
    """A coordinate."""
    return f"{value:.1f}".removesuffix(".0")
