"""Which measures are open on a case, and why not the others."""

from __future__ import annotations

from datetime import date

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.vocabulary import Scope
from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params
from cases.api.shapes.measures import Measures
from cases.policy.dated import CHINA, readable_day
from cases.selectors.case import find_case_id
from cases.selectors.reach.parts import reading
from cases.workflow.errors import NotVisible
from cases.workflow.measures.reading import decision_for
from cases.workflow.view import Text

ON = OpenApiParameter(
    "on", OpenApiTypes.DATE, OpenApiParameter.QUERY, description="By the rules of this day; today where it is left out."
)


def day_of(params: Params, name: str) -> date:
    """A day among the parameters, today where there is none."""
    value = params.text(name)
    if value is not None:
        found = readable_day(value)
        if found is not None:
            return found
        params.problems[name] = Text("应为日期，如 2026-11-20", "a date such as 2026-11-20")
    return clock.now().astimezone(CHINA).date()


class MeasuresView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["cases"], operation_id="cases_measures", parameters=[ON], responses={200: Measures})
    def get(self, request: Request, ref: str) -> Response:
        """Every measure on a case by the rules of a day: available or not, the article, what is missing and from whom.

        Of a past day the facts are those on record at its end (`facts_of`). Nothing is decided by it; each measure is
        an act of a person. Whoever reads only an own part of the case is answered 403 `own_part`.
        """
        params = Params(request.query_params)
        on = day_of(params, "on")
        params.done()
        case_id = find_case_id(self.actor, ref)
        if case_id is None:
            raise NotVisible
        return Response(decision_for(self.actor, str(case_id), reading(self.actor, case_id), on))
