"""Bars: standing ones over labels, lying ones beside names, and a funnel of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cases.web.show.charts.lines import line_chart
from cases.web.show.charts.marks import NONE, Chart, Number, Series, at, data_table, write
from cases.web.show.words import listed, pair

# A lying bar is drawn this wide and fills whatever room it has.
LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel: its name, how many came so far, the class of its colour, the list of exactly these.

    `of` is the place of the step of which it is a share; None: of none.
    """

    name: str
    count: int
    css: str = "c-1"
    href: str = ""
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One row beside its name."""

    name: str
    value: Number
    css: str = "c-bar"
    href: str = ""


def bar_chart(title: str, labels: Sequence[str], series: Series, *, head: str = "", height: int = 292) -> Chart:
    """Standing bars of one series."""
    return line_chart(title, labels, (), columns=series, head=head, height=height)


def bars(title: str, rows: Sequence[Bar], *, head: str, unit: str, digits: int = 0) -> Chart:
    """Lying bars, each beside its name and number; the longest fills the row."""
    most = max((row.value for row in rows), default=0) or 1
    lines = format_html_join(
        "",
        "<li><span>{}</span>{}<b>{}</b></li>",
        ((_linked(row.name, row.href), _bar(row.value / most, row.css), write(row.value, digits)) for row in rows),
    )
    said = _said(title, [(row.name, write(row.value, digits)) for row in rows], unit)
    table = data_table(title, [head, unit], [[row.name, write(row.value, digits)] for row in rows])
    return Chart(format_html('<ul class="subj" aria-label="{}">{}</ul>', said, lines), said, table)


def funnel(title: str, steps: Sequence[Step], *, head: str, unit: str) -> Chart:
    """How many came to each step, and which share that is of those who came to the step it is measured by."""
    most = max((step.count for step in steps), default=0) or 1
    shares = [_share(steps, n) for n in range(len(steps))]
    lines = format_html_join(
        "",
        '<li><span class="t">{}</span>{}<b>{}</b><small>{}</small></li>',
        (
            (_linked(step.name, step.href), _bar(step.count / most, step.css, high=20), write(step.count), share)
            for step, share in zip(steps, shares, strict=True)
        ),
    )
    said = _said(title, [(step.name, write(step.count)) for step in steps], unit)
    heads = [head, unit, gettext("占比")]
    rows = [[step.name, write(step.count), share or NONE] for step, share in zip(steps, shares, strict=True)]
    return Chart(
        format_html('<ol class="funnel" aria-label="{}">{}</ol>', said, lines), said, data_table(title, heads, rows)
    )


def _share(steps: Sequence[Step], n: int) -> str:
    of = steps[n].of
    if of is None or not steps[of].count:
        return ""
    return f"{steps[n].count / steps[of].count * 100:.1f}%"


def _linked(name: str, href: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', href, name) if href else format_html("{}", name)


def _bar(share: float, css: str, *, high: int = 8) -> SafeString:
    return format_html(
        '<svg class="bx" viewBox="0 0 {0} {1}" height="{1}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ch-back" width="{0}" height="{1}"/><rect class="{2}" width="{3}" height="{1}"/></svg>',
        *(LENGTH, high, css, at(LENGTH * max(0.0, min(1.0, share)))),
    )


def _said(title: str, rows: Sequence[tuple[str, str]], unit: str) -> str:
    headed = gettext("%(name)s（%(unit)s）") % {"name": title, "unit": unit}
    return pair(headed, listed(f"{name} {value}" for name, value in rows) or NONE)
