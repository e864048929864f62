"""Who held work how long over a period."""

from __future__ import annotations

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params
from cases.api.shapes.params import DWELL_FILTERS
from cases.api.shapes.work import Dwell
from cases.models.case import Stage
from cases.selectors.clocks.dwell import OF, SORTS, DwellFilter, dwell
from cases.selectors.clocks.statement import GROUPS
from cases.workflow.task_kinds import KINDS
from cases.workflow.workdays import calendar_for

PERIOD = timedelta(days=30)


class WorkingTimeView(ApiView):
    @extend_schema(tags=["tasks"], operation_id="working_time", parameters=DWELL_FILTERS, responses={200: Dwell})
    def get(self, request: Request) -> Response:
        """Working time per agency, unit, person, stage, kind or region: tasks, median, 90th percentile, longest, late.

        Of cases that your commission leads or that you watch over the tasks of all agencies count, of others those of
        your own agency; persons are those of your own agency. Without a period: the last thirty days.
        """
        params = Params(request.query_params)
        now = clock.now()
        by = params.choice("by", GROUPS) or "agency"
        sort = params.choice("order", SORTS) or "running"
        until = params.moment("until", end=True) or now
        since = params.moment("since") or until - PERIOD
        agency = params.agency()
        wanted = DwellFilter(
            since=since,
            until=min(until, now) if since < now else until,
            of=params.choice("of", OF) or "ended",
            stage=params.choice("stage", Stage.values),
            region=params.region(),
            kind=params.choice("kind", KINDS),
            agency_id=agency.id if agency else None,
        )
        params.done()
        rows = dwell(self.actor, wanted, (by,), calendar_for, sort=sort)
        for row in rows:
            row.update({name: row.get(name) for name in GROUPS})
        return Response({"since": since, "until": wanted.until, "by": by, "of": wanted.of, "results": rows})
