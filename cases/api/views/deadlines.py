"""The calculators of statutory periods."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.bearer import ANY
from cases.api.params import Params
from cases.policy.law import RULE_SET_VERSION
from cases.policy.statutory import Counting, begins, clock_keys, counting
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for


class DeadlinesView(ApiView):
    scopes = {"GET": ANY}

    @extend_schema(
        tags=["reference"],
        operation_id="deadlines_list",
        parameters=shapes.DEADLINE_FILTERS,
        responses={200: shapes.Deadlines},
    )
    def get(self, request: Request) -> Response:
        """The last day of each period of administrative law that begins with an event of `from`.

        The first day is not counted, a last day off rolls on, make-up working days are worked. `provisional`: a year
        whose holiday plan is not published was counted from weekends and fixed holidays.
        """
        params = Params(request.query_params)
        start, region = params.day("from"), params.region() or ""
        clock = params.choice("clock", clock_keys())
        params.done()
        if start is None:
            raise InvalidInput(fields={"from": Text("请填写起算日，例如 2026-11-18", "Give a date such as 2026-11-18")})
        calendar = calendar_for(region, get_directory())
        keys = [clock] if clock else [key for key in clock_keys() if begins(key) <= start]
        if clock and start < begins(clock):
            since = begins(clock).isoformat()
            raise InvalidInput(
                fields={"from": Text(f"该规定 {since} 起施行，此前不适用", f"The rule is in force from {since} on")}
            )
        return Response(
            {
                "from": start.isoformat(),
                "region": region,
                "rules": RULE_SET_VERSION,
                "calendar": calendar.version(),
                "results": [_row(counting(key, start, calendar, region)) for key in keys],
            }
        )


def _row(count: Counting) -> dict[str, Any]:
    one = count.deadline
    return {
        "clock": one.key,
        "label": say(Text(one.zh, one.en)),
        "since": say(Text(count.since_zh, count.since_en)),
        "amount": one.amount,
        "unit": one.unit,
        "first_day": count.begins.isoformat(),
        "nominal_day": count.nominal.isoformat(),
        "last_day": one.last_day.isoformat(),
        "nature": count.nature,
        "provisional": one.provisional,
        "article": one.article,
        "certainty": count.certainty,
    }
