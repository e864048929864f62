"""Small drawings inside a row of a table: a sparkline, and a bar of median, 90th percentile and limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cases.web.show.charts.marks import Number, at, write

WIDE, HIGH = 86, 24
BAR: Final = 240


def sparkline(values: Sequence[Number], *, what: str = "", css: str = "c-brand") -> SafeString:
    """The course of a few numbers; what it says is said: from what to what. One number alone has no course."""
    if len(values) < 2:
        return format_html('<span class="visually-hidden">{}</span>', gettext("没有走势"))
    least, most = min(values), max(values)
    spread = (most - least) or 1
    spots = [
        f"{at(1 + (WIDE - 2) * n / (len(values) - 1))} {at(HIGH - 3 - (HIGH - 6) * (value - least) / spread)}"
        for n, value in enumerate(values)
    ]
    line = f"M{'L'.join(spots)}"
    said = gettext("%(what)s由 %(first)s 到 %(last)s，最低 %(least)s，最高 %(most)s") % {
        "what": what,
        "first": write(values[0]),
        "last": write(values[-1]),
        "least": write(least),
        "most": write(most),
    }
    return format_html(
        '<svg class="spark" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        '<path class="sp-area {3}" d="{4}L{5} {1}L1 {1}Z"/><path class="sp-line {3}" d="{4}"/></svg>',
        *(WIDE, HIGH, said, css, line, WIDE - 1),
    )


def range_bar(median: Number, ninety: Number, limit: Number | None, most: Number, css: str = "c-1") -> SafeString:
    """Median, 90th percentile and limit on one scale up to `most`; the numbers themselves stand beside it."""
    along = BAR / (most or 1)
    mark = (
        format_html('<rect class="rg-limit" x="{}" width="2" height="14"/>', at(min(limit * along, BAR - 2)))
        if limit is not None
        else ""
    )
    return format_html(
        '<svg class="rng" viewBox="0 0 {0} 14" height="14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ch-back" width="{0}" height="14"/><rect class="rg-90 {1}" y="2" width="{2}" height="10"/>'
        '<rect class="{1}" y="4" width="{3}" height="6"/>{4}</svg>',
        *(BAR, css, at(min(ninety * along, BAR)), at(min(median * along, BAR)), mark),
    )
