"""卷宗: the dossier of a case as PDF."""

from __future__ import annotations

from django.http import HttpResponse

from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.documents.dossiers import make_dossier
from cases.selectors.case import get_case
from cases.selectors.reach.parts import reading
from cases.web.pages import PageRequest, page
from cases.web.show.casepage.dossier import dossier
from cases.workflow.errors import NotVisible


@page
def case_dossier(request: PageRequest, number: str) -> HttpResponse:
    """What this person reads of the case, for paper; taking it is an event whose number stands on each page."""
    actor, now = request.actor, clock.now()
    case = get_case(actor, number)
    read = reading(actor, case["id"]) if case else None
    if case is None or read is None:
        raise NotVisible
    spend(EXPORTS, str(actor.user_id))
    said, in_clear = dossier(actor, case, read, now)
    copy = make_dossier(actor, case, said, in_clear, now=now, request=request)
    return HttpResponse(copy.content, headers=copy.headers)
