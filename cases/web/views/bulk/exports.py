"""导出: everything that a list finds under its present conditions, or the rows that were ticked, as XLSX or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from agencies.actors import Actor
from agencies.models import User
from audit import clock
from cases.selectors.precision.watermark import signature
from cases.web.pages import PageRequest, page
from cases.web.show.bulk import sheets
from cases.web.views.bulk import lists
from cases.web.views.bulk.files import KINDS, Table, streamed
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.many.steps import NOTHING


@page
def cases_file(request: PageRequest, kind: str) -> HttpResponseBase:
    """The list of cases: GET with the conditions of the list; POST from its bar for what was ticked there."""
    return _file(request, kind, "cases")


@page
def tasks_file(request: PageRequest, kind: str) -> HttpResponseBase:
    """The list of tasks, likewise."""
    return _file(request, kind, "tasks")


def _file(request: PageRequest, kind: str, source: str) -> HttpResponseBase:
    if kind not in KINDS:
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    now, form = clock.now(), lists.Form.read(request.POST)
    ticked = request.method == "POST" and not form.everything
    if ticked and not form.ticked:
        raise InvalidInput(NOTHING, code="nothing_chosen")
    params = request.GET if request.method == "GET" else form.params
    chosen = form.ticked[: lists.MOST_TICKED] if ticked else None
    make = _tasks if source == "tasks" else _cases
    return streamed(request, make(request, params, chosen, now), kind)


def _cases(request: PageRequest, params: QueryDict, ticked: Sequence[str] | None, now: datetime) -> Table:
    asked = lists.cases_asked(request.actor, params, now)
    if ticked is not None:
        asked = replace(asked, ticked=True)
        rows = lists.ticked_cases(request.actor, ticked)
        return _table(request.actor, asked, [rows], (len(rows), True), now)
    return table_of_cases(request.actor, asked, now)


def table_of_cases(actor: Actor, asked: lists.Asked, now: datetime) -> Table:
    """The whole of a result."""
    return _table(actor, asked, lists.every_case(actor, asked), lists.count(actor, asked), now)


def _tasks(request: PageRequest, params: QueryDict, ticked: Sequence[str] | None, now: datetime) -> Table:
    asked = lists.tasks_asked(request.actor, params, now, ticked)
    pages, total = lists.every_task(request.actor, asked, now), lists.count_tasks(request.actor, asked, now)
    return _table(request.actor, asked, pages, total, now)


def _table(actor: Actor, asked: lists.Asked, pages: lists.Pages, total: tuple[int, bool], now: datetime) -> Table:
    """The file of a result, or of what was ticked of one."""
    of_cases, (rows, exact) = asked.source == "cases", total
    label = gettext("案件清单") if of_cases else gettext("待办清单")
    words = [gettext("勾选的行")] if asked.ticked else asked.words
    staff_no = User.objects.values_list("staff_no", flat=True).get(pk=actor.user_id)
    about = sheets.about(label, words, f"{rows:,}" if exact else f"{rows:,}+")
    return Table(
        what="case_list" if of_cases else "task_list",
        name=asked.source,
        title=signature(actor, staff_no, now, about),
        heads=sheets.heads(sheets.CASES if of_cases else sheets.TASKS),
        pages=pages,
        cells=partial(sheets.case_cells if of_cases else sheets.task_cells, now),
        rows=rows,
        exact=exact,
        # What was typed may be a name or an account: that something was typed is told, not what.
        more={
            "list": asked.source,
            "ticked": asked.ticked,
            "conditions": {} if asked.ticked else asked.conditions,
            "typed": bool(asked.typed) and not asked.ticked,
        },
    )
