"""What the queue of a telephone sends: whether it may, and one picture at a time under the id it was given."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token

from agencies.access.rates import UPLOADS, spend
from audit import clock
from cases.selectors.attachments import get_attachment
from cases.selectors.case import get_case
from cases.web import whose
from cases.web.pages import PageRequest, page, post_only
from cases.web.views.phone.frame import own, refused, taken
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
def picture(request: PageRequest, number: str, file_id: UUID) -> HttpResponse:
    """One picture: taken once however often it is sent, also by two at the same moment."""
    try:
        own(request)
        spend(UPLOADS, str(request.actor.user_id))
        case, now = get_case(request.actor, number), clock.now()
        if case is None:
            raise NotVisible
        upload = request.FILES.get("file")
        if upload is None:
            raise InvalidInput(Text("没有收到照片。", "No picture came."), code="no_file")
        place = (request.POST.get("longitude", ""), request.POST.get("latitude", ""))
        if get_attachment(request.actor, file_id) is None:
            crew(request.actor, case["id"], now=now)
        slot = request.POST.get("slot", "more")
        told = place if all(place) else None
        take_photo(request.actor, case, file_id, upload, slot=slot, place=told, now=now)
    except WorkflowError as error:
        return refused(error)
    return taken(id=str(file_id))
