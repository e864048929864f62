"""One file of a form, sent by the page itself while the rest is filled in; a plain form sends all with the act."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext

from agencies.access.rates import UPLOADS, spend
from cases.documents.attachments import FileRefused
from cases.selectors.case import get_case
from cases.web import acting, forms
from cases.web.acts import files
from cases.web.pages import PageRequest, page, post_only
from cases.web.show.words import say
from cases.workflow import engine
from cases.workflow.errors import InvalidInput, NotVisible, from_refusal
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text


@post_only
@page
def take(request: PageRequest, number: str, action: str) -> HttpResponse:
    """Keep it and answer with its id, or say why not. Nobody uploads for an act that is not theirs."""
    case = get_case(request.actor, number)
    if case is None or action not in TRANSITIONS or action == engine.OPEN_CASE:
        raise NotVisible
    form = acting.form_for(request, case, TRANSITIONS[action])
    if form.refusal is not None:
        return JsonResponse({"said": say(form.refusal.text)}, status=from_refusal(form.refusal).status)
    name, upload = request.POST.get("field", ""), request.FILES.get("file")
    if upload is None or name not in forms.upload_names(form.transition.inputs):
        raise InvalidInput(Text("没有收到文件，请重新选择。", "No file came; choose it again."))
    spend(UPLOADS, str(request.actor.user_id))
    try:
        stored = files.store(form, upload)
    except FileRefused as refused:
        return JsonResponse({"said": say(files.said(refused, upload.size or 0))}, status=400)
    return JsonResponse({"id": stored, "said": gettext("已上传")})
