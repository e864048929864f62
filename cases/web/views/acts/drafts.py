"""A draft that the page saves by itself while somebody is typing; the button on the form needs no script."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext

from cases.selectors.case import get_case
from cases.web import acting
from cases.web.acting import Form
from cases.web.acts import drafting
from cases.web.pages import PageRequest, page, post_only
from cases.workflow import engine
from cases.workflow.drafts.services import is_done
from cases.workflow.errors import NotVisible
from cases.workflow.transitions import TRANSITIONS


@post_only
@page
def keep(request: PageRequest, number: str, action: str) -> HttpResponse:
    """Keep what stands in the form of an act on a case."""
    case = get_case(request.actor, number)
    if case is None or action not in TRANSITIONS or action == engine.OPEN_CASE:
        raise NotVisible
    return _kept(acting.form_for(request, case, TRANSITIONS[action]))


@post_only
@page
def keep_opening(request: PageRequest) -> HttpResponse:
    """Keep what stands in the form that opens a case."""
    return _kept(acting.form_for(request, None, TRANSITIONS[engine.OPEN_CASE]))


def _kept(form: Form) -> JsonResponse:
    # Sent just before the act and read just after it.
    said = None if is_done(form.actor, form.key) else drafting.keep(form)
    return JsonResponse({"said": gettext("草稿已于 %(at)s 保存") % {"at": said["saved"]} if said else ""})
