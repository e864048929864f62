"""Deliveries over the API: what has not arrived, and resending or withdrawing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from audit import clock
from cases.api.base import ApiView, say
from cases.api.params import Params
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text
from notifications.channels.problems import in_both
from notifications.delivery import fate, keeping
from notifications.delivery.keeping import Kept, Wanted
from notifications.pages.deliveries import CHANNELS, refused
from notifications.wording import topic_name

MOST = 1000  # ids in one request


class Undelivered(s.Serializer[Any]):
    """One line of the list."""

    id = s.CharField(help_text="What receivers deduplicate by; a number for what could not become a message.")
    number = s.CharField(allow_blank=True, help_text="Of the case; empty for a confidential one, and for none.")
    topic = s.CharField()
    topic_label = s.CharField()
    channel = s.ChoiceField(list(CHANNELS))
    agency = s.CharField(allow_blank=True, help_text="Code of the agency.")
    addressee = s.CharField(allow_blank=True, help_text="Name of the person; empty for an endpoint.")
    state = s.ChoiceField(list(keeping.STATES))
    attempts = s.IntegerField()
    not_before = s.DateTimeField()
    problem = s.CharField(allow_blank=True)
    created_at = s.DateTimeField()


class UndeliveredCounts(s.Serializer[Any]):
    """How many in each state, whatever the filter."""

    waiting = s.IntegerField()
    retrying = s.IntegerField()
    dead = s.IntegerField()
    withdrawn = s.IntegerField()


class UndeliveredList(s.Serializer[Any]):
    """The newest first."""

    counts = UndeliveredCounts()
    more = s.BooleanField(help_text="Whether there are more than were listed.")
    next = s.CharField(allow_null=True, help_text="The `cursor` that goes on after the last one listed.")
    results = Undelivered(many=True)


class WhichDeliveries(s.Serializer[Any]):
    """Either `ids`, or a filter with at least its `state`."""

    ids = s.ListField(child=s.CharField(), required=False, max_length=MOST)
    state = s.ChoiceField(list(keeping.STATES), required=False)
    channel = s.ChoiceField(list(CHANNELS), required=False)
    topic = s.CharField(required=False)
    agency = s.CharField(required=False, help_text="Code of the agency.")


class HowMany(s.Serializer[Any]):
    """How many were changed; what had arrived or was on its way stays as it is."""

    changed = s.IntegerField()


FILTERS = [
    OpenApiParameter("state", str, OpenApiParameter.QUERY, enum=list(keeping.STATES), description="All but withdrawn."),
    OpenApiParameter("channel", str, OpenApiParameter.QUERY, enum=list(CHANNELS)),
    OpenApiParameter("topic", str, OpenApiParameter.QUERY),
    OpenApiParameter("agency", str, OpenApiParameter.QUERY, description="Code of the agency."),
    OpenApiParameter(
        "limit", int, OpenApiParameter.QUERY, description=f"At most {keeping.SHOWN}, which is the default."
    ),
    OpenApiParameter("cursor", str, OpenApiParameter.QUERY, description="`next` of the page before."),
]


class DeliveriesView(ApiView):
    @extend_schema(tags=["deliveries"], operation_id="deliveries_list", parameters=FILTERS, responses=UndeliveredList)
    def get(self, request: Request) -> Response:
        """What has not arrived in the agencies whose administrator you are. No content of a case."""
        if not keeping.kept_by(self.actor):
            raise refused()
        params = Params(request.query_params)
        agency = params.agency()
        wanted = Wanted(
            state=params.choice("state", keeping.STATES) or "",
            channel=params.choice("channel", CHANNELS) or "",
            topic=params.text("topic") or "",
            agency=agency.id if agency else None,
        )
        limit = params.whole("limit", 1, keeping.SHOWN) or keeping.SHOWN
        cursor = params.text("cursor", 400)
        params.done()
        scope = keeping.scope_of(self.actor)
        found = keeping.undelivered(scope, wanted, limit=limit + 1, cursor=cursor)
        more = len(found) > limit
        return Response(
            {
                "counts": keeping.counted(scope),
                "more": more,
                "next": keeping.cursor_of(found[limit - 1]) if more else None,
                "results": [_shown(kept) for kept in found[:limit]],
            }
        )


class _Change(ApiView):
    do: Callable[..., int]

    def _changed(self, request: Request) -> Response:
        if not keeping.kept_by(self.actor):
            raise refused()
        wanted = _wanted(dict(request.data))
        return Response({"changed": type(self).do(actor=self.actor, wanted=wanted, now=clock.now())})


class ResendView(_Change):
    do = staticmethod(fate.resend)

    @extend_schema(tags=["deliveries"], operation_id="deliveries_resend", request=WhichDeliveries, responses=HowMany)
    def post(self, request: Request) -> Response:
        """Try again from the beginning, each with the id it has."""
        return self._changed(request)


class WithdrawView(_Change):
    do = staticmethod(fate.withdraw)

    @extend_schema(tags=["deliveries"], operation_id="deliveries_withdraw", request=WhichDeliveries, responses=HowMany)
    def post(self, request: Request) -> Response:
        """Try no more."""
        return self._changed(request)


def _wanted(body: dict[str, Any]) -> Wanted:
    """Raises InvalidInput: an empty request does not mean everything."""
    known = {"ids", "state", "channel", "topic", "agency"}
    problems = dict.fromkeys(body.keys() - known, Text("没有这个字段", "there is no such field"))
    ids = body.get("ids")
    if ids is not None and not (isinstance(ids, list) and len(ids) <= MOST and all(isinstance(i, str) for i in ids)):
        problems["ids"] = Text(f"应为最多 {MOST} 个编号的数组", f"a list of at most {MOST} ids")
    for name, values in (("state", keeping.STATES), ("channel", tuple(CHANNELS))):
        if name in body and body[name] not in values:
            problems[name] = Text(f"应为 {'、'.join(values)} 之一", f"one of: {', '.join(values)}")
    if not isinstance(body.get("topic", ""), str):
        problems["topic"] = Text("应为文字", "a text")
    agency = get_directory().by_code.get(str(body["agency"])) if "agency" in body else None
    if "agency" in body and agency is None:
        problems["agency"] = Text("没有这个机构代码", "no agency has this code")
    if ids is None and "state" not in body:
        problems.setdefault("state", Text("请写明编号（ids）或状态（state）", "name ids or a state"))
    if problems:
        raise InvalidInput(fields=problems)
    return Wanted(
        state=body.get("state", ""),
        channel=body.get("channel", ""),
        topic=body.get("topic", ""),
        agency=agency.id if agency else None,
        ids=None if ids is None else tuple(ids),
    )


def _shown(kept: Kept) -> dict[str, Any]:
    agency = get_directory().by_id.get(kept.agency_id or 0)
    return {
        "id": kept.id,
        "number": kept.number,
        "topic": kept.topic,
        "topic_label": say(topic_name(kept.topic)),
        "channel": kept.channel,
        "agency": agency.code if agency else "",
        "addressee": kept.addressee,
        "state": kept.state,
        "attempts": kept.attempts,
        "not_before": kept.not_before,
        "problem": say(in_both(kept.problem)),
        "created_at": kept.created_at,
    }
