"""The workflow table: one row per act, and everything reads it.

The rows are written by hand, beside and not from the permission matrix that the tests hold; the two must agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from cases.workflow.deciding.inputs import sealed_values
from cases.workflow.fields import Transition
from cases.workflow.transitions import (
    closing,
    cooperation,
    everywhere,
    handoffs,
    leads,
    protection,
    surcharge,
    suspension,
    verification,
)
from cases.workflow.view import CaseView, Context, Outcome


def _sealing(row: Transition) -> Transition:
    """The row with an effect that seals every sealed input, so that no effect can forget one."""

    def effect(view: CaseView, data: dict[str, Any], ctx: Context) -> Outcome:
        outcome = row.effect(view, data, ctx)
        outcome.sealed = {**sealed_values(row.inputs, data), **outcome.sealed}
        return outcome

    return replace(row, effect=effect)


_ROWS: Final = (
    *leads.ROWS,
    *handoffs.ROWS,
    *verification.ROWS,
    *suspension.ROWS,
    *protection.ROWS,
    *surcharge.ROWS,
    *closing.ROWS,
    *cooperation.ROWS,
    *everywhere.ROWS,
)
TRANSITIONS: Final[dict[str, Transition]] = {row.action.value: _sealing(row) for row in _ROWS}
if len(TRANSITIONS) != len(_ROWS):
    raise RuntimeError("an act stands twice in the workflow table")
