"""导入负荷数据: the grid company's file of 96 points a day, and the table to fill in."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from agencies.access import reads
from agencies.access.rates import EXPORTS, UPLOADS, spend
from audit import clock
from cases.intake.loadcurves.bringing import TEMPLATE_NAME, Brought, bring, template
from cases.intake.loadcurves.reading import MOST_DAYS
from cases.selectors.case import get_case
from cases.selectors.casepage.load import load_of
from cases.selectors.precision.files import LOAD_READINGS
from cases.selectors.reach.parts import reading
from cases.web.pages import PageRequest, page
from cases.web.show.case import bring_load as address
from cases.web.show.case import heading
from cases.web.show.casepage.load import EXPORT_HEADS, export_rows
from cases.web.show.records import access as access_page
from cases.web.show.words import say
from cases.web.taking import attachment
from cases.workflow.deciding.available import available_actions
from cases.workflow.errors import InvalidInput, NotVisible


@page
def bring_load(request: PageRequest, number: str) -> HttpResponse:
    """Choose a file; rows that cannot be read are told one by one, and stay in the file that is kept."""
    case = get_case(request.actor, number)
    if case is None:
        raise NotVisible
    now, wrong = clock.now(), None
    if request.method == "POST":
        spend(UPLOADS, str(request.actor.user_id))
        try:
            done = bring(actor=request.actor, case_id=case["id"], upload=request.FILES.get("file"), now=now)
        except InvalidInput as refused:
            wrong = refused
        else:
            messages.success(request, said(done))
            if done.left_out:
                return render(request, "web/case/load_left_out.html", {"case": heading(case), "done": done})
            return redirect(f"{reverse('web:case', args=[number])}?signal=energy&load={done.last}#h-load")
    acts = available_actions(case_id=case["id"], actor=request.actor, now=now)
    context = {
        "case": heading(case),
        "open": bool(address(request.actor, case, acts)),
        "errors": list(wrong.fields.values()) if wrong else [],
        "most_days": MOST_DAYS,
    }
    return render(request, "web/case/bring_load.html", context, status=400 if wrong else 200)


def said(done: Brought) -> str:
    """What came of the file, for the message."""
    span = {"first": done.first, "last": done.last, "days": done.days}
    if done.result is None:
        return gettext("文件中 %(first)s 至 %(last)s 的数据此前已入卷，没有新的内容，未重复登记") % span
    counts = {**span, "added": done.added, "corrected": done.corrected}
    return (
        gettext("已导入 %(first)s 至 %(last)s 共 %(days)s 日的负荷数据，新增 %(added)s 点，更正 %(corrected)s 点")
        % counts
    )


@page
def load_readings(request: PageRequest, number: str) -> HttpResponse:
    """All points on record as a file, for whoever may read them; taking it is logged."""
    case = get_case(request.actor, number)
    found = load_of(request.actor, case["id"], reading(request.actor, case["id"])) if case else None
    if case is None or found is None or found.withheld:
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    rows = export_rows(found)
    content = access_page.as_csv([say(head) for head in EXPORT_HEADS], rows)
    reads.note_export(
        actor=request.actor,
        what=LOAD_READINGS,
        rows=len(rows),
        file_hash=hashlib.sha256(content).hexdigest(),
        now=clock.now(),
        request=request,
        case_id=case["id"],
        more={"case": case["id"], "number": case["number"]},
    )
    return attachment(content, f"load-{case['number']}.csv")


@page
def load_template(request: PageRequest, number: str) -> HttpResponse:
    """The table to fill in: the form in which readings are kept."""
    if get_case(request.actor, number) is None:
        raise NotVisible
    return attachment(template(), TEMPLATE_NAME)
