"""加价台账: every entry of a surcharge list that this person may read; as a page, one by one, and as a file."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.billing.access import company
from cases.selectors.case import find_case_id
from cases.selectors.money.ledger import every_entry, find_entry, ledger, totals
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.money import ledger as shown
from cases.web.show.words import say
from cases.web.taking import taken
from cases.workflow.errors import NotVisible
from cases.workflow.view import Text

PAGE_SIZE = 25


@page
def surcharges(request: PageRequest) -> HttpResponse:
    """The ledger with its filters and totals."""
    offered = shown.offered(request.actor)
    given = filters.given(request.GET, offered)
    wanted, sort, today = shown.wanted(given, request.GET), given.get("order", "newest"), _today()
    found = ledger(request.actor, wanted, today=today, sort=sort, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    typed = wanted.number or ""
    context = {
        "page": filters.paged(found, [shown.row(row) for row in found.rows]),
        "sums": shown.sums(totals(request.actor, wanted, today=today)),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given, typed),
        "unread": filters.unread(request.GET, offered, given),
        "typed": typed,
        "query": request.GET.urlencode(),
        "runs_seen": bool(company(request.actor)),
    }
    return render(request, "web/money/ledger.html", context)


@page
def surcharge(request: PageRequest, number: str, list_no: int) -> HttpResponse:
    """One entry: when it was accepted and told, its bills line by line, what was paid, corrected and given back."""
    case_id = find_case_id(request.actor, number)
    entry = find_entry(request.actor, str(case_id), list_no, today=_today()) if case_id else None
    if entry is None:
        raise NotVisible
    return render(request, "web/money/entry.html", {"entry": shown.detail(entry)})


@page
def surcharges_file(request: PageRequest, kind: str) -> HttpResponse:
    """What the page would show, as XLSX or CSV; taking it is logged."""
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    given = filters.given(request.GET, shown.offered(request.actor))
    wanted, sort = shown.wanted(given, request.GET), given.get("order", "newest")
    rows = [shown.cells(row) for row in every_entry(request.actor, wanted, today=_today(), sort=sort)]
    table = [[say(Text(*head)) for head in shown.HEADS], *rows]
    return taken(request, table, kind, what="surcharge_ledger", name="surcharges")


def _today() -> date:
    return timezone.localtime(clock.now()).date()
