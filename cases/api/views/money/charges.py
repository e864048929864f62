"""The calculators of charges, as figures."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from cases.api.base import ApiView, say
from cases.api.bearer import ANY
from cases.api.params import Params
from cases.api.shapes.money import CHARGE_INPUTS, Charge
from cases.billing.charging import FIELDS, Answer, calculate


class ChargesView(ApiView):
    scopes = {"GET": ANY}

    @extend_schema(tags=["money"], operation_id="charges_read", parameters=CHARGE_INPUTS, responses={200: Charge})
    def get(self, request: Request) -> Response:
        """What is owed for a breach of contract, theft, over-capacity or a late payment. Nothing is stored."""
        params = Params(request.query_params)
        kind = params.choice("kind", FIELDS) or next(iter(FIELDS))
        typed = {f.name: params.text(f.name, 80) for f in FIELDS[kind]}
        params.done()
        return Response(_shown(calculate(kind, typed, today=timezone.localtime(clock.now()).date())))


def _shown(answer: Answer) -> dict[str, Any]:
    return {
        "kind": answer.kind,
        "day": answer.day,
        "figures": {figure.code: figure.value for figure in answer.figures},
        "says": say(answer.says),
        "article": answer.article,
        "certainty": answer.certainty,
        "confirm": answer.confirm,
        "nothing": answer.nothing,
        "asked": answer.asked,
    }
