"""The clocks of one case, now or as they stood at the end of a past day."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.vocabulary import Scope
from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params
from cases.api.shapes.work import CaseClocks
from cases.policy.clocks import end_of
from cases.policy.dated import CHINA
from cases.selectors.clocks.case import case_clocks
from cases.workflow.errors import NotVisible
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for

ON = OpenApiParameter(
    "on", OpenApiTypes.DATE, OpenApiParameter.QUERY, description="As known at the end of this day; now if left out."
)


class CaseClockView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["cases"], operation_id="cases_clock", parameters=[ON], responses={200: CaseClocks})
    def get(self, request: Request, ref: str) -> Response:
        """Every task's clock: who held it, what ran, what stood still and why, what is left; whose turn the case was.

        Lengths are seconds of working time (09:00 to 18:00 of working days of the region). Of a past day deadlines,
        holders and pauses are those of then. Of an own part only the own tasks and questions are told.
        """
        params = Params(request.query_params)
        now = clock.now()
        on = params.day("on")
        if on is not None and on > now.astimezone(CHINA).date():
            params.problems["on"] = Text("应为今天或以前的日期", "today or an earlier day")
        params.done()
        found = case_clocks(self.actor, ref, end_of(on, now) if on else now, calendar_for)
        if found is None:
            raise NotVisible
        return Response(found)
