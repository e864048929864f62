"""电费核对: what the grid company really billed, uploaded and put beside the bills here; nothing follows by itself."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.vocabulary import Role
from audit import clock
from cases.billing.access import company_people, post_for
from cases.billing.comparing.selecting import SHOWN, file_rows, list_files
from cases.billing.comparing.services import compare, find_file
from cases.intake.receiving import content_of
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.money import comparing as shown
from cases.web.show.words import say
from cases.web.taking import taken
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text

PAGE_SIZE = 50
MOST_EXPORTED = 200_000


@page
def files(request: PageRequest) -> HttpResponse:
    """The comparisons so far, and the form for the next one."""
    company_people(request.actor)
    wrong: InvalidInput | None = None
    if request.method == "POST":
        spend(UPLOADS, str(request.actor.user_id))
        try:
            upload = request.FILES.get("file")
            found = compare(
                actor=request.actor,
                content=content_of(upload),
                filename=(upload.name if upload else "") or "",
                now=clock.now(),
            )
            return redirect("web:billed_file", file_id=found.id)
        except InvalidInput as refused:
            wrong = refused
    listed = list_files(request.actor, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    context = {
        "page": filters.paged(listed, [shown.line(row) for row in listed.rows]),
        "may_upload": post_for(request.actor, Role.BILLING) is not None,
        "error": next(iter(wrong.fields.values()), wrong.text) if wrong else None,
    }
    return render(request, "web/money/comparisons.html", context, status=400 if wrong else 200)


@page
def billed_file(request: PageRequest, file_id: UUID) -> HttpResponse:
    """One comparison, the differences first where the reader says nothing else."""
    found = find_file(request.actor, file_id)
    asked = request.GET.get("show", "different")
    chosen = asked if asked in SHOWN else None
    rows = file_rows(found, shown=chosen, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    context = {
        "file": shown.head(found),
        "page": filters.paged(rows, [shown.row(row) for row in rows.rows]),
        "chosen": chosen or "all",
    }
    return render(request, "web/money/comparison.html", context)


@page
def billed_file_export(request: PageRequest, file_id: UUID, kind: str) -> HttpResponse:
    """Every row of a comparison; taking it is logged."""
    found = find_file(request.actor, file_id)
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    rows = [shown.cells(row) for row in file_rows(found, size=MOST_EXPORTED).rows]
    table = [[say(Text(*head)) for head in shown.HEADS], *rows]
    return taken(request, table, kind, what="billed_file", name="reconciliation")
