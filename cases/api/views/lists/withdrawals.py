"""Taking a list back."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from cases.api import shapes
from cases.api.base import ApiView
from cases.api.views.imports import find_import, whole_batch
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text


class WithdrawalView(ApiView):
    """For people only: a system has no scope for it."""

    @extend_schema(
        tags=["imports"],
        operation_id="imports_withdraw",
        request=shapes.Withdrawal,
        responses={200: shapes.Import},
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Take back a list that was imported by mistake. 409 (`acted_on`) once somebody has acted on its cases.

        Also one that was cancelled behind some of its rows. 409 (`answered`) once feedback on it was sent. Rows,
        cells and fates are kept; the same or the right file can be sent in again. It cannot be undone.
        """
        batch = find_import(self, batch_id)
        done = withdraw_batch(actor=self.actor, batch=batch, why=_reason(self.body()), now=clock.now())
        return Response(whole_batch(self.actor, done))


def _reason(typed: dict[str, object]) -> str:
    unknown = {name[:40]: Text("没有这一项", "there is no such field") for name in typed if name != "reason"}
    if unknown:
        raise InvalidInput(fields=unknown)
    reason = typed.get("reason")
    return reason if isinstance(reason, str) else ""
