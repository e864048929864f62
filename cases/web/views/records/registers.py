"""登记簿: impact assessments and provisions of personal data, to read, to add to and to take along."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from agencies.errors import BadInput
from agencies.registers.services import add_assessment, add_provision
from audit import clock
from cases.selectors.paging import Page
from cases.selectors.records.registers import MOST_EXPORTED, assessments, provisions
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.records import access as access_page
from cases.web.show.records import registers as register_page
from cases.web.show.words import say
from cases.web.taking import attachment
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.view import Text

PAGE_SIZE = 25
READERS = {"impact": assessments, "provision": provisions}
NOT_YOURS = Text(
    "登记簿由发展改革委的审核、签发人员填写，你可以查看和导出。",
    "The registers are kept by the reviewers and approvers of a commission; you may read and export them.",
)


@page
def register(request: PageRequest, sort: str) -> HttpResponse:
    """One of the two registers; a POST adds a line."""
    access_page.check(request.actor)
    _known(sort)
    wrong: BadInput | None = None
    if request.method == "POST":
        wrong = _add(request, sort)
        if wrong is None:
            messages.success(request, gettext("已登记，保存不少于三年"))
            return redirect("web:register", sort=sort)
    found, shape = _read(request, sort, filters.cursor(request.GET), PAGE_SIZE), register_page.CELLS[sort][1]
    context = {
        "page": filters.paged(found, [shape(row) for row in found.rows]),
        "sort": sort,
        "may_add": register_page.may_add(request.actor),
        "typed": request.POST if wrong else {},
        "chosen": request.POST.getlist("fields"),
        "error": {"field": wrong.field, "text": say(wrong.text)} if wrong else None,
        "occasions": register_page.OCCASIONS.items(),
        "conclusions": register_page.CONCLUSIONS.items(),
        "fields": register_page.FIELDS.items(),
    }
    return render(request, f"web/register_{sort}.html", context, status=400 if wrong else 200)


@page
def register_csv(request: PageRequest, sort: str) -> HttpResponse:
    """A register as a file; taking it is logged."""
    access_page.check(request.actor)
    spend(EXPORTS, str(request.actor.user_id))
    heads, shape, cells = register_page.CELLS[_known(sort)]
    rows = [cells(shape(row)) for row in _read(request, sort, None, MOST_EXPORTED).rows]
    content = access_page.as_csv([say(Text(*head)) for head in heads], rows)
    access_page.note_export(request, "registers", len(rows), content)
    return attachment(content, f"{sort}.csv")


def _read(request: PageRequest, sort: str, cursor: str | None, size: int) -> Page:
    return READERS[_known(sort)](request.actor, cursor=cursor, size=size)


def _add(request: PageRequest, sort: str) -> BadInput | None:
    """Add the line; what is wrong with what was typed, if something is."""
    if not register_page.may_add(request.actor):
        raise NotAllowed(NOT_YOURS, code="may_not_register")
    typed, now = request.POST.dict(), clock.now()
    try:
        if _known(sort) == "impact":
            add_assessment(actor=request.actor, typed=typed, now=now)
        else:
            add_provision(actor=request.actor, typed=typed, fields=request.POST.getlist("fields"), now=now)
    except BadInput as wrong:
        return wrong
    return None


def _known(sort: str) -> str:
    if sort not in READERS:
        raise NotVisible
    return sort
