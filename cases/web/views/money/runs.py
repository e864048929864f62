"""批量出账: a month's readings uploaded, billed in the background, reviewed by somebody else, taken along."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.vocabulary import Role
from audit import clock
from cases.billing.access import company_people, find_run, post_for
from cases.billing.runs.acts import discard_run, review_run, start_run
from cases.billing.runs.receiving import FIELDS, given, receive_readings
from cases.billing.runs.selecting import list_runs, money, run_rows
from cases.models.money import BillRun
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.measures import amount
from cases.web.show.money import runs as shown
from cases.web.show.words import say
from cases.web.taking import taken
from cases.workflow.errors import InvalidInput, NotVisible, WorkflowError
from cases.workflow.view import Text

PAGE_SIZE = 50
MOST_EXPORTED = 200_000


@page
def runs(request: PageRequest) -> HttpResponse:
    """The runs of the own company, and the form for the next one."""
    company_people(request.actor)
    if request.method != "POST":
        return _list(request, 200, {})
    try:
        run, fresh = _receive(request)
    except InvalidInput as wrong:
        return _list(request, 400, wrong.fields)
    if not fresh:
        messages.info(request, gettext("这份文件已经上传过，以下是当时的批次"))
    return redirect("web:bill_run", run_id=run.id)


def _list(request: PageRequest, status: int, errors: dict[str, Text]) -> HttpResponse:
    found = list_runs(request.actor, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    context = {
        "page": filters.paged(found, [shown.line(row) for row in found.rows]),
        "may_upload": post_for(request.actor, Role.BILLING) is not None,
        "why_not": shown.why_not(),
        "typed": request.POST.dict(),
        "errors": errors,
    }
    return render(request, "web/money/runs.html", context, status=status)


def _receive(request: PageRequest) -> tuple[BillRun, bool]:
    spend(UPLOADS, str(request.actor.user_id))
    upload = request.FILES.get("file")
    data, content = given({field.name: request.POST.get(field.name, "").strip() for field in FIELDS}, upload)
    return receive_readings(
        actor=request.actor,
        content=content,
        filename=(upload.name if upload else "") or "",
        **data,
        now=clock.now(),
    )


@page
def bill_run(request: PageRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is, its rows; a POST takes the step that the button names."""
    run = find_run(request.actor, run_id)
    refused: WorkflowError | None = None
    if request.method == "POST":
        refused = _act(request, run)
        if refused is None:
            return redirect("web:bill_run", run_id=run.id)
    fate = request.GET.get("fate", "")
    fate = fate if fate in shown.FATES else ""
    found = run_rows(run, fate=fate or None, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    sums = money(run)
    context = {
        "run": shown.head(run, request.actor, clock.now()),
        "page": filters.paged(found, [shown.row(row) for row in found.rows]),
        "fate": fate,
        "sums": {"bills": sums["bills"], "amount": amount(sums["amount"]), "surcharge": amount(sums["surcharge"])},
        "refused": refused,
        "refused_fields": [say(text) for text in refused.fields.values()] if refused else [],
        "note": request.POST.get("note", ""),
        "back": request.POST.get("back", ""),
    }
    return render(request, "web/money/run.html", context, status=refused.status if refused else 200)


def _act(request: PageRequest, run: BillRun) -> WorkflowError | None:
    """Take the step; the refusal, where there is one."""
    step, now = request.POST.get("act", ""), clock.now()
    try:
        if step == "start":
            start_run(actor=request.actor, run_id=run.id, now=now)
            messages.success(request, gettext("已开始出账，可以离开此页"))
        elif step == "discard":
            discard_run(actor=request.actor, run_id=run.id, now=now)
            messages.success(request, gettext("已作废，未产生任何账单"))
        elif step == "review":
            rows = _numbers(request.POST.get("back", ""))
            review_run(
                actor=request.actor, run_id=run.id, send_back=rows, note_text=request.POST.get("note", ""), now=now
            )
            messages.success(request, gettext("已开始复核，可以离开此页"))
        run.refresh_from_db()
    except WorkflowError as refused:
        return refused
    return None


def _numbers(typed: str) -> list[int]:
    """Row numbers with blanks or commas between them. Raises InvalidInput."""
    parts = [part for part in typed.replace("，", ",").replace("、", ",").replace(" ", ",").split(",") if part]
    if any(not part.isascii() or not part.isdigit() or len(part) > 7 for part in parts):
        raise InvalidInput(fields={"back": Text("行号应为数字，以逗号分隔", "Row numbers with commas between them")})
    return [int(part) for part in parts]


@page
def bill_run_file(request: PageRequest, run_id: UUID, kind: str) -> HttpResponse:
    """Every row of a run with what became of it; taking it is logged."""
    run = find_run(request.actor, run_id)
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    rows = [shown.cells(row) for row in run_rows(run, size=MOST_EXPORTED).rows]
    table = [[say(Text(*head)) for head in shown.HEADS], *rows]
    return taken(request, table, kind, what="bill_run", name=f"bills-{run.month}")
