"""监管盲区清单: proven mining that no measure reaches, as a page and as a report to the superior."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from agencies.actors import Actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.reports.blindspots import SPOTS, filename, report
from cases.policy.dated import CHINA
from cases.selectors.law.blindspots import ORDERS, BlindFilter, list_blind_spots, totals, watches
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.taking import CSV, XLSX
from cases.workflow.errors import NotVisible
from cases.workflow.forms.choices import SUBJECTS
from cases.workflow.view import Text

PAGE_SIZE = 25
SORTS = {
    "newest": Text("新列入的在前", "Newest first"),
    "oldest": Text("列入最久的在前", "Oldest first"),
    "region": Text("按地区", "By region"),
}


@page
def blind_spots(request: PageRequest) -> HttpResponse:
    """The register with its filters and totals."""
    actor = request.actor
    offered, wanted = _asked(request)
    given = filters.given(request.GET, offered)
    found = list_blind_spots(actor, wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    figures = totals(actor, wanted)
    context = {
        "page": filters.paged(found, [_row(row) for row in found.rows]),
        "totals": figures,
        "energy": "" if figures.kwh is None else f"{figures.kwh:,f}",
        "reasons": [
            {"text": Text(SPOTS[code].zh, SPOTS[code].en), "n": n} for code, n in figures.by_reason if code in SPOTS
        ],
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "unread": filters.unread(request.GET, offered, given),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/law/blind_spots.html", context)


@page
def blind_spots_file(request: PageRequest, form: str) -> HttpResponse:
    """The report: a workbook with a cover, or CSV. Taking it is recorded."""
    if form not in ("xlsx", "csv"):
        raise NotVisible
    _, wanted = _asked(request)
    spend(EXPORTS, str(request.actor.user_id))
    now, staff = clock.now(), str(getattr(request.user, "staff_no", ""))
    content = report(actor=request.actor, wanted=wanted, form=form, staff_no=staff, now=now, request=request)
    response = HttpResponse(content, content_type=XLSX if form == "xlsx" else CSV)
    response["Content-Disposition"] = f"attachment; filename=\"blind-spots.{form}\"; filename*=UTF-8''{_quoted(form)}"
    response["Cache-Control"] = "no-store"
    return response


def _quoted(form: str) -> str:
    return quote(filename(form, clock.now()))


def _asked(request: PageRequest) -> tuple[list[filters.Select], BlindFilter]:
    if not watches(request.actor):
        raise NotVisible
    offered = _offered(request.actor)
    given = filters.given(request.GET, offered)
    order = given.get("order", "newest")
    return offered, BlindFilter(region=given.get("region"), reason=given.get("reason"), order=order)


def _offered(actor: Actor) -> list[filters.Select]:
    reasons = [(code, Text(spot.zh, spot.en)) for code, spot in SPOTS.items()]
    return [
        filters.Select("region", gettext("地区"), gettext("全部地区"), filters.districts(actor, get_directory())),
        filters.Select("reason", gettext("缺失的法律依据"), gettext("全部原因"), reasons),
        filters.Select(
            "order", gettext("排列"), gettext("新列入的在前"), [(k, SORTS[k]) for k in ORDERS if k != "newest"]
        ),
    ]


def _row(row: Row) -> dict[str, object]:
    spot, day = SPOTS.get(row["reason"]), clock.now().astimezone(CHINA).date()
    return {
        **row,
        "reason_text": Text(spot.zh, spot.en) if spot else row["reason"],
        "article": spot.article(day, row["region_code"]) if spot else "",
        "subject_text": dict(SUBJECTS).get(row["subject"], "--"),
        "lead_id": row["lead_agency"]["id"] if row["lead_agency"] else None,
    }
