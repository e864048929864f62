"""Readings after a cut beside that of the cut: every comparison stays on record, the latest one says how it stands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from audit.log import timestamp
from cases.policy.cutting.zero_load import Check, between, compare
from cases.workflow.effects.base import instant, signed
from cases.workflow.view import CaseView, Context


def compared(view: CaseView, reading: Decimal, read_at: datetime) -> Check | None:
    """The comparison with the reading of the cut.

    None where the cut has none (the grid company reported it without one), or the supply was on again before.
    """
    cut = view.facts.get("suspension") or {}
    restored = (view.facts.get("restoration") or {}).get("restored_at")
    if cut.get("reading") is None or not cut.get("executed_at") or (restored and read_at > instant(restored)):
        return None
    multiplier = Decimal(str(cut.get("multiplier", 1)))
    return compare(Decimal(str(cut["reading"])), reading, instant(cut["executed_at"]), read_at, multiplier)


def checked(view: CaseView, ctx: Context, reading: Decimal, read_at: datetime, source: str | None) -> dict[str, Any]:
    """The member of the suspension that holds the comparisons, this one last; empty where nothing can be compared."""
    found = compared(view, reading, read_at)
    if found is None:
        return {}
    row = {
        "state": found.state,
        "reading": f"{reading:f}",
        "read_at": timestamp(read_at),
        "drawn": f"{found.drawn:f}",
        "hours": found.hours,
        "source": source or "onsite",
        **signed(view, ctx),
    }
    return {"zero_load": [*(view.facts.get("suspension") or {}).get("zero_load", []), row]}


def drawn_while_off(view: CaseView, reading: Decimal) -> Decimal | None:
    """The energy between the reading of the cut and this one at the restoration; None where the cut has none."""
    cut = view.facts.get("suspension") or {}
    if cut.get("reading") is None:
        return None
    return between(Decimal(str(cut["reading"])), reading, Decimal(str(cut.get("multiplier", 1))))


def at_the_restoration(view: CaseView, data: dict[str, Any]) -> dict[str, Any]:
    """What the restoration holds: its reading, what passed meanwhile, and whether somebody explained it."""
    drawn = drawn_while_off(view, data["reading"])
    row: dict[str, Any] = {"reading": f"{data['reading']:f}", "reading_explained": bool(data["reading_reason"])}
    return row if drawn is None else {**row, "drawn": f"{drawn:f}"}
