"""审计: the trail by person, action, agency, date, case and risk; one event beside it; verification."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from agencies.access.reads import note_read
from audit import clock
from audit.access.writing import Way
from audit.verification import Report
from cases.oversight.sampling.access import may_sample
from cases.oversight.trail.proof import note_broken
from cases.oversight.trail.verifying import may_verify, verify_all, verify_case
from cases.selectors.case import find_case_id
from cases.selectors.events import get_event, search_events
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.pages import PageRequest, page, post_only
from cases.web.show import audit as audit_page
from cases.web.show.trail import asked as conditions
from cases.web.show.trail import verdict as band
from cases.workflow.errors import NotVisible

PAGE_SIZE = 25


@page
def trail(request: PageRequest, event_id: int | None = None) -> HttpResponse:
    """The search, and beside it the event that was chosen; that alone where htmx asks for it."""
    actor = request.actor
    event = _event(request, event_id) if event_id is not None else None
    if event is not None and request.GET.get(audit_page.PART):
        return render(request, "web/trail/event.html", {"event": event})
    asked = conditions.asked(actor, request.GET)
    # Who looked through what is on record as well; what was found is not.
    note_read(
        actor=actor,
        way=Way.PAGE,
        case_id=asked.wanted.case_id if asked.wanted else None,
        target="trail" if event_id is None else f"trail/{event_id}",
        items=["audit_trail"],
        rows=0,
        request=request,
    )
    return render(request, "web/trail/trail.html", {"event": event, **_list(request, asked)})


def _list(request: PageRequest, asked: conditions.Asked) -> dict[str, Any]:
    """The search with what stands around it."""
    actor, wanted, now = request.actor, asked.wanted, clock.now()
    found = search_events(actor, wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE) if wanted else None
    rows = audit_page.rows(actor, found.rows, request.GET) if found else []
    return {
        "page": filters.paged(found, rows) if found else {"rows": [], "total": "0"},
        "filters": asked.typed,
        "unread": asked.unread(request.GET),
        "selects": filters.selects(asked.offered, asked.given),
        "chips": conditions.chips(asked, request.GET),
        "periods": conditions.periods(request.GET, timezone.localtime(now).date()),
        "verdict": band.verdict(actor, now),
        "of_case": band.of_case(request.session.get(band.SESSION_KEY)),
        "may_verify": may_verify(actor),
        "why_empty": asked.why_empty,
        "query": filters.without(request.GET, audit_page.PART).removeprefix("?"),
    }


def _event(request: PageRequest, event_id: int) -> Row:
    item = get_event(request.actor, event_id)
    if item is None:
        raise NotVisible
    shown = audit_page.event(request.actor, item)
    if not shown["place"].here.intact:
        # Whoever comes upon it first puts it on record; from then on nothing of the trail leaves.
        note_broken(request.actor, item["id"], item["stream"], item["seq"], clock.now())
    if shown["case_href"] and may_sample(request.actor):
        # Whether the act is open on this case, its own page says.
        shown["urge"] = reverse("web:action", args=[shown["number"], "urge"])
    shown["link"] = request.build_absolute_uri(reverse("web:audit_event", args=[event_id]))
    return shown


@post_only
@page
def verify_now(request: PageRequest) -> HttpResponse:
    """Recompute the chain of one case, or of everything; a long trail is given to a worker."""
    number = request.POST.get("case", "").strip()
    case_id = find_case_id(request.actor, number) if number else None
    if number and case_id is None:
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    now = clock.now()
    if case_id is None:
        found = verify_all(request.actor, now)
        if not isinstance(found, Report):
            return redirect("web:audit_run", job_id=found.id)
    else:
        found = verify_case(request.actor, str(case_id), now)
        request.session[band.SESSION_KEY] = band.remember(request.actor, found, number, now)
    if not found.ok:
        messages.error(request, gettext("完整性校验未通过，请通知系统管理员保全数据库"))
    return redirect("web:audit")
