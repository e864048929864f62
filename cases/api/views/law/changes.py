"""Rule changes over the API."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params
from cases.api.shapes.measures import RuleChanges
from cases.api.views.law.measures import day_of
from cases.policy.dated import CHINA
from cases.policy.measures.changes import State
from cases.selectors.law.blindspots import watches
from cases.selectors.rules.entered import entered_rules
from cases.workflow.errors import NotVisible
from cases.workflow.measures.comparing import MOST_COMPARED, compare, without
from cases.workflow.view import Text

ASKED = [
    OpenApiParameter(
        "from", OpenApiTypes.DATE, OpenApiParameter.QUERY, description="The rules before; today where it is left out."
    ),
    OpenApiParameter(
        "to", OpenApiTypes.DATE, OpenApiParameter.QUERY, description="The rules afterwards; today where it is left out."
    ),
    OpenApiParameter(
        "region", str, OpenApiParameter.QUERY, description="GB/T 2260 code or full name; what lies in it counts too."
    ),
    OpenApiParameter(
        "without", str, OpenApiParameter.QUERY, description="Id of an entered version that is left out before."
    ),
]


class RuleChangesView(ApiView):
    @extend_schema(tags=["rule changes"], operation_id="rule_changes", parameters=ASKED, responses={200: RuleChanges})
    def get(self, request: Request) -> Response:
        """The open cases to which a measure opens or closes between two days, or by an entered version.

        It proposes and never acts.
        """
        if not watches(self.actor):
            raise NotVisible
        params = Params(request.query_params)
        before, after, region = day_of(params, "from"), day_of(params, "to"), params.region()
        rules, left_out = entered_rules(), params.text("without", 64)
        if left_out is not None and left_out not in rules.by_id:
            params.problems["without"] = Text("没有这项已生效的录入规则", "no approved version has this id")
        params.done()
        old = without(rules, left_out) if left_out else rules
        states, today = (State(before, old), State(after, rules)), clock.now().astimezone(CHINA).date()
        found = compare(self.actor, get_directory(), *states, region=region, most=MOST_COMPARED, seen=today)
        return Response(
            {
                "before": before.isoformat(),
                "after": after.isoformat(),
                "without": left_out,
                "results": found.rows,
                "regions": found.regions,
                "cases": found.cases,
                "compared": found.compared,
                "left": found.left,
            }
        )
