"""文号登记簿: every number of an agency, kind and year, without a gap, the voided ones among them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from cases.selectors.documents import NEWEST, list_register, list_series
from cases.web.pages import PageRequest, page
from cases.web.show.measures import paper_name
from cases.web.show.papers.document import reason

PAGE_SIZE = 50


@page
def register(request: PageRequest) -> HttpResponse:
    """The series that this person may read; of the one that is chosen its numbers, the newest first."""
    series = [{**row, "name": paper_name(row["kind"])} for row in list_series(request.actor)]
    for row in series:
        row["key"] = f"{row['agency_id']}-{row['kind']}-{row['year']}"
    chosen = next((row for row in series if row["key"] == request.GET.get("series")), series[0] if series else None)
    below = request.GET.get("below", "")
    found = _numbers(chosen, int(below) if below.isascii() and below.isdigit() else NEWEST) if chosen else []
    more = found[PAGE_SIZE - 1]["serial"] if len(found) > PAGE_SIZE else None
    context = {"series": series, "chosen": chosen, "rows": found[:PAGE_SIZE], "more": more}
    return render(request, "web/papers/register.html", context)


def _numbers(chosen: dict[str, Any], below: int) -> list[dict[str, Any]]:
    found = list_register(chosen["agency_id"], chosen["kind"], chosen["year"], below=below, size=PAGE_SIZE + 1)
    return [{**row, "why": reason(row["reason"]) if row["reason"] else ""} for row in found]
