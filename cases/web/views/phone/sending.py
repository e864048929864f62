"""What the queue of a telephone sends: whether it may, and one picture at a time under the id it was given."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token

from agencies.access.rates import UPLOADS, spend
from audit import clock
from cases.selectors.attachments import get_attachment
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.web import whose
from cases.web.pages import PageRequest, page, post_only
from cases.web.views.phone.frame import answers_queues, own, taken
from cases.workflow.errors import InvalidInput, NotVisible, WorkflowError
from cases.workflow.onsite.taking import crew, take_photo
from cases.workflow.view import Text


def hello(request: HttpRequest) -> HttpResponse:
    """Whose telephone it is now, and the token to send with; nothing where nobody is logged in."""
    if not request.user.is_authenticated:
        return JsonResponse({"whose": "", "token": ""}, status=401, headers={"Cache-Control": "no-store"})
    found = {"whose": whose.mark(int(request.user.pk)), "token": get_token(request)}
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


@post_only
@page
@answers_queues
def picture(request: PageRequest, number: str, file_id: UUID) -> HttpResponse:
    """One picture: taken once however often it is sent, also by two at the same moment."""
    own(request)
    spend(UPLOADS, str(request.actor.user_id))
    case, now = get_case(request.actor, number), clock.now()
    if case is None:
        raise NotVisible
    upload = request.FILES.get("file")
    if upload is None:
        raise InvalidInput(Text("没有收到照片。", "No picture came."), code="no_file")
    try:
        crew(request.actor, case["id"], now=now)
    except WorkflowError:
        if not _has(request, case, file_id):
            raise
        return taken(id=str(file_id))  # the answer that got lost: it was taken, and the cut made since
    place = (request.POST.get("longitude", ""), request.POST.get("latitude", ""))
    slot, told = request.POST.get("slot", "more"), place if all(place) else None
    take_photo(request.actor, case, file_id, upload, slot=slot, place=told, now=now)
    return taken(id=str(file_id))


def _has(request: PageRequest, case: Row, file_id: UUID) -> bool:
    known = get_attachment(request.actor, file_id)
    by = known["uploaded_by"] if known is not None and known["case"] == case["id"] else None
    return by is not None and by["id"] == request.actor.user_id
