"""What every page of the flow shares: the case, the crew's draft, whose telephone it is, and answers to a queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, cast

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from audit import clock
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.web import whose
from cases.web.pages import PageRequest, View
from cases.web.show import case as case_page
from cases.web.show.words import say
from cases.workflow.deciding.available import Availability, available_actions
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible, WorkflowError
from cases.workflow.onsite import steps
from cases.workflow.onsite.steps import Steps
from cases.workflow.onsite.taking import keeps
from cases.workflow.view import Text

P = ParamSpec("P")


@dataclass(slots=True)
class Visit:
    """One request of the flow on one case."""

    request: PageRequest
    case: Row
    acts: dict[str, Availability]
    steps: Steps
    now: datetime

    def act(self, action: str) -> Availability:
        return self.acts[action]

    @property
    def keeps(self) -> bool:
        """Whether this person may fill in the steps."""
        return keeps(self.acts[steps.EXECUTE])


def visit(request: PageRequest, number: str) -> Visit:
    """The case as this person sees it, with the acts that stand and the crew's draft. Raises NotVisible."""
    case, now = get_case(request.actor, number), clock.now()
    if case is None:
        raise NotVisible
    acts = {act.action: act for act in available_actions(case_id=case["id"], actor=request.actor, now=now)}
    found = steps.load(request.actor, case["id"], now=now) if keeps(acts[steps.EXECUTE]) else Steps()
    return Visit(request, case, acts, found, now)


def show(at: Visit, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the flow."""
    return shell(
        at.request, template, {"case": case_page.heading(at.case), "steps": at.steps, **context}, status=status
    )


def shell(request: PageRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The same without a case: what the worker keeps for a telephone without network."""
    return render(request, f"web/phone/{template}.html", context, status=status)


def queued(request: PageRequest) -> bool:
    """Whether the queue of a telephone asks, which reads no page."""
    return request.headers.get("Accept") == "application/json"


def answers_queues(view: View[P]) -> View[P]:
    """A queue is told in words of the server why something is not taken; a page shows its refusal as every page."""

    @wraps(view)
    def guarded(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except WorkflowError as error:
            if not queued(request):
                raise
            return refused(error)

    return cast("View[P]", guarded)


def own(request: PageRequest) -> None:
    """What waited on a shared telephone is taken from whoever made it alone. Raises NotAllowed."""
    if not whose.belongs_to(request.POST.dict().items(), request.actor.user_id):
        raise NotAllowed(
            Text(
                "这一项是另一位使用者在本机填写的，没有提交；由其本人登录后上传。",
                "Somebody else made this on this telephone; it was not taken. They upload it on their own login.",
            ),
            code="of_another_person",
        )


def token(request: PageRequest) -> str:
    """The id that the sender gave to this change. Raises InvalidInput."""
    found = str(request.POST.get("token", ""))
    if not (8 <= len(found) <= 64 and found.isascii() and found.isprintable()):
        raise InvalidInput(Text("这一页不完整，没有保存。请重新打开。", "This page is not whole; open it again."))
    return found


def taken(next_page: str = "", **more: Any) -> JsonResponse:
    return JsonResponse({"taken": True, "next": next_page, **more})


def refused(error: WorkflowError) -> JsonResponse:
    """Why something of a queue is not taken: the queue keeps it, and names the reason."""
    said = {name: say(text) for name, text in error.fields.items()}
    return JsonResponse(
        {"taken": False, "code": error.code, "text": say(error.text), "fields": said}, status=error.status
    )
