"""批量办理: rows chosen in a list, looked at one by one, confirmed once, done in the background; a result a row."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.models.bulk import BulkRun
from cases.web import filters, forms
from cases.web.pages import PageRequest, page
from cases.web.show import bulk as show
from cases.web.show.words import say
from cases.web.taking import taken
from cases.web.views.bulk.lists import Form, chosen
from cases.workflow.errors import InvalidInput, NotVisible, WorkflowError
from cases.workflow.many import steps
from cases.workflow.many.acts import ACTS
from cases.workflow.many.reading import FATES, every_row, list_runs, reasons, run_rows
from cases.workflow.many.working import work
from cases.workflow.view import Text

PAGE_SIZE: Final = 50
# So few rows are done while the page is waited for; more go to a worker.
AT_ONCE: Final = 60
SECONDS: Final = 3.0


@page
def bulk(request: PageRequest) -> HttpResponse:
    """The person's own runs; a POST from a list begins one."""
    if request.method != "POST":
        found = list_runs(request.actor, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
        return render(
            request, "web/bulk/list.html", {"page": filters.paged(found, [show.line(row) for row in found.rows])}
        )
    now, key, act = clock.now(), request.POST.get("key", ""), request.POST.get("act", "")
    if not key:
        raise InvalidInput(Text("这一页不完整，请回到列表刷新后再选。", "The page is incomplete; reload the list."))
    form = Form.read(request.POST)
    rows = chosen(request.actor, form, form.key(key, act), most=settings.BULK_ROWS, now=now)
    run = steps.begin(actor=request.actor, act=act, chosen=rows, now=now)
    _go_on(run)
    return redirect("web:run", run_id=run.id)


def _go_on(run: BulkRun) -> None:
    """A few rows at once, so that the answer is there when the page is; whatever is left goes to a worker."""
    if run.rows_total <= AT_ONCE and run.state in steps.WORKING:
        run = work(run.id, budget_seconds=SECONDS)
    if run.state in steps.WORKING:
        steps.ring(run.id)


@page
def run(request: PageRequest, run_id: UUID) -> HttpResponse:
    """One run at whatever step it stands; a POST takes the step that the button names."""
    found = steps.find_run(request.actor, run_id)
    refused: WorkflowError | None = None
    if request.method == "POST":
        try:
            _go_on(_step(request, found))
            return redirect("web:run", run_id=found.id)
        except WorkflowError as error:
            refused = error
            found = steps.find_run(request.actor, run_id)
    context = {"run": show.head(found, clock.now()), "refused": refused} | _of_state(request, found, refused)
    return render(request, "web/bulk/run.html", context, status=refused.status if refused else 200)


def _step(request: PageRequest, found: BulkRun) -> BulkRun:
    """Raises WorkflowError."""
    about: dict[str, Any] = {"actor": request.actor, "run_id": found.id, "now": clock.now()}
    step = request.POST.get("step", "")
    if step == "preview":
        return steps.fill(**about, data=forms.read(ACTS[found.act].inputs, request.POST))
    if step == "edit":
        return steps.change(**about)
    if step == "confirm":
        return steps.confirm(**about)
    if step == "resume":
        return steps.resume(**about)
    if step in ("drop", "cancel"):
        ended = steps.give_up(**about)
        messages.info(request, _given_up(ended))
        return ended
    return found


def _given_up(run: BulkRun) -> str:
    if run.confirmed_at is None:
        return gettext("已放弃，没有办理任何一件")
    return gettext("已取消：此前办结 %(done)s 件保留有效，其余 %(left)s 件没有办理") % {
        "done": run.counts.get("done", 0), "left": run.counts.get("left", 0),
    }  # fmt: skip


def _of_state(request: PageRequest, found: BulkRun, refused: WorkflowError | None) -> dict[str, Any]:
    """What the page shows besides how far it is: the form, or the rows."""
    inputs, options = ACTS[found.act].inputs, show.options(request.actor, found)
    if found.state == "draft":
        sent = refused is not None and request.POST.get("step") == "preview"
        data = forms.read(inputs, request.POST) if sent else steps.typed(found)
        errors = dict(refused.fields) if refused else {}
        drawn = forms.draw(inputs, data, errors=errors, options=options)
        listed = [{"anchor": forms.anchor(forms.PREFIX + name), "text": text} for name, text in errors.items()]
        return {"form": {"fields": drawn, "errors": listed, "sealed": any(item.sealed for item in drawn)}}
    fate = request.GET.get("fate", "")
    fate = fate if fate in FATES else ""
    rows = run_rows(request.actor, found, fate=fate, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    return {
        "page": filters.paged(rows, [show.row(row) for row in rows.rows]),
        "fate": fate,
        "reasons": [] if found.state in steps.WORKING else reasons(request.actor, found),
        "summary": forms.summary(inputs, steps.typed(found), options, {}) if not found.ended_at else [],
    }


@page
def run_file(request: PageRequest, run_id: UUID, kind: str) -> HttpResponse:
    """Every row of a run with what became of it; taking it is logged."""
    found = steps.find_run(request.actor, run_id)
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    rows = [[str(cell) for cell in show.cells(row)] for row in every_row(request.actor, found)]
    table = [[say(Text(*head)) for head in show.HEADS], *rows]
    return taken(request, table, kind, what="bulk_run", name=f"{found.act.replace('_', '-')}-{found.created_at:%Y%m%d}")
