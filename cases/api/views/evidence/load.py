"""The load curve of a case: the grid company's system brings readings as a file; whoever may read them gets days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.answers import done
from cases.api.base import ApiView
from cases.api.params import Params
from cases.api.uploads import AROUND, read_form
from cases.documents.attachments import MAX_BYTES
from cases.intake.loadcurves.bringing import bring
from cases.policy.energy.days import UNIT
from cases.selectors.case import find_case_id
from cases.selectors.casepage.load import load_of
from cases.selectors.reach.parts import reading
from cases.workflow.errors import NotVisible


class LoadCurveView(ApiView):
    scopes = {"GET": Scope.CASES_READ, "POST": Scope.FINDINGS_WRITE}
    parser_classes = [MultiPartParser]
    largest_body = MAX_BYTES + AROUND

    @extend_schema(tags=["attachments"], operation_id="load_curve_read", responses={200: shapes.LoadCurve})
    def get(self, request: Request, ref: str) -> Response:
        """The readings of each day, 96 points (48, 24) in kW, the earliest day first; null where nothing was measured.

        `withheld`: there are readings, and this person may not read them.
        """
        Params(request.query_params).done()
        case_id = _case(self, ref)
        found = load_of(self.actor, case_id, reading(self.actor, case_id))
        if found is None:
            return Response({"unit": UNIT, "withheld": False, "days": []})
        days = [_day(found.days[day], day.isoformat(), found.corrected[day]) for day in sorted(found.days)]
        return Response({"unit": UNIT, "withheld": found.withheld, "days": days})

    @extend_schema(
        tags=["attachments"],
        operation_id="load_curve_bring",
        request={"multipart/form-data": shapes.LoadFile},
        responses={200: shapes.LoadBrought, 201: shapes.LoadBrought},
    )
    def post(self, request: Request, ref: str) -> Response:
        """Bring readings as a file, CSV or XLSX, a row a day or a row a point, kW or kWh of a quarter.

        201 with the receipt of the act. The same readings again change nothing: 200, and `receipt` is null. A row that
        is no reading is left out and told in `faults`, and stays in the file that is kept; a file without a reading and
        one of another account are refused.
        """
        spend(UPLOADS, str(self.actor.user_id))
        upload, _ = read_form(request)
        brought = bring(actor=self.actor, case_id=_case(self, ref), upload=upload, now=clock.now())
        answer: dict[str, Any] = {
            "first": brought.first.isoformat(),
            "last": brought.last.isoformat(),
            "days": brought.days,
            "added": brought.added,
            "corrected": brought.corrected,
            "left_out": brought.left_out,
            "faults": [{"row": row, "reason": text.zh, "reason_en": text.en} for row, text in brought.faults.items()],
            "receipt": done(brought.result) if brought.result else None,
        }
        return Response(answer, status=status.HTTP_201_CREATED if brought.result else status.HTTP_200_OK)


def _day(values: Any, day: str, corrected: int) -> dict[str, Any]:
    return {"day": day, "kw": [None if value is None else f"{value:f}" for value in values], "corrected": corrected}


def _case(view: ApiView, ref: str) -> UUID:
    found = find_case_id(view.actor, ref)
    if found is None:
        raise NotVisible
    return found
