"""The audit trail: search by person and week, action, agency, case; one event with its bytes and its chain."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.digits import from_digits
from audit.actions import Action as AccountAction
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.params import Params, rendered
from cases.selectors.case import find_case_id
from cases.selectors.events import EventFilter, get_event, search_events
from cases.workflow.actions import RECORDS, Action
from cases.workflow.errors import NotVisible
from cases.workflow.telling import label_of
from cases.workflow.view import Text

KNOWN = (*(action.value for action in Action), *RECORDS, *(action.value for action in AccountAction))


class NoSuchEvent(NotVisible):
    """There is no such event for this person."""

    default = Text("没有这条记录，或你无权查看。", "There is no such event, or you may not read it.")


class EventsView(ApiView):
    @extend_schema(
        tags=["audit"],
        operation_id="events_list",
        parameters=[*shapes.EVENT_FILTERS, *shapes.PAGING],
        responses={200: shapes.EventPage},
    )
    def get(self, request: Request) -> Response:
        """Events you may read, the latest first.

        Supervision reads the cases it sees and the agencies and accounts of its region; reviewers and approvers their
        agency's acts; an administrator the agency's accounts; everybody their own acts.
        """
        params = Params(request.query_params)
        agency, week, ref = params.agency(), params.week(), params.text("case", 64)
        since, until = params.moment("since"), params.moment("until", end=True)
        action, person = params.choice("action", KNOWN), params.text("person", 64)
        params.apart("week", "since", "until")
        paging = params.page()
        params.done()
        case_id = find_case_id(self.actor, ref) if ref else None
        if ref and case_id is None:
            raise NotVisible
        wanted = EventFilter(
            username=person,
            agency_id=agency.id if agency else None,
            action=action,
            case_id=case_id,
            since=week[0] if week else since,
            until=week[1] if week else until,
        )
        answer = rendered(search_events(self.actor, wanted, **paging))
        answer["results"] = [_labelled(event) for event in answer["results"]]
        return Response(answer)


class EventView(ApiView):
    @extend_schema(tags=["audit"], operation_id="events_show", responses={200: shapes.EventDetail})
    def get(self, request: Request, event_id: str) -> Response:
        """One event: the RFC 8785 bytes that were hashed, `prev`, `leaf` and the `prev` of the event after it.

        SHA-256(0x00 ‖ body) is `leaf`; `next_prev` has to be equal to it. Where a part of the body is withheld from
        you, `body` is null: `shown` has the rest, with a keyed hash in each place, and `intact` what the server
        computed from the bytes.
        """
        Params(request.query_params).done()
        number = from_digits(event_id)
        event = get_event(self.actor, number) if number is not None else None
        if event is None:
            raise NoSuchEvent
        return Response(_labelled(event))


def _labelled(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "label": say(label_of(event["action"]))}
