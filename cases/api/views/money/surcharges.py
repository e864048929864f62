"""The ledger of surcharged accounts, page by page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params, rendered
from cases.api.shapes.money import LEDGER_FILTERS, SurchargePage
from cases.api.shapes.params import PAGING
from cases.selectors.case import MAX_NUMBER
from cases.selectors.money.ledger import ledger, totals
from cases.selectors.money.query import OWING, SORTS, STATES, LedgerFilter


class SurchargesView(ApiView):
    @extend_schema(
        tags=["money"],
        operation_id="surcharges_list",
        parameters=[*LEDGER_FILTERS, *PAGING],
        responses={200: SurchargePage},
    )
    def get(self, request: Request) -> Response:
        """The entries of surcharge lists that you may read, with their bills and sums. Account and address are masked.

        Energy and money have the precision that you have on the case; null: not for you.
        """
        params = Params(request.query_params)
        wanted = LedgerFilter(
            state=params.choice("state", STATES),
            region=params.region(),
            owing=params.choice("owing", OWING),
            number=params.text("number", MAX_NUMBER),
            document=params.text("document", 80),
            since=params.day("since"),
            until=params.day("until"),
        )
        sort = params.choice("order", SORTS) or "newest"
        paging = params.page()
        params.done()
        today = timezone.localtime(clock.now()).date()
        answer: dict[str, Any] = rendered(ledger(self.actor, wanted, today=today, sort=sort, **paging))
        return Response({**answer, "sums": totals(self.actor, wanted, today=today)})
