"""A cut that was wrong: a record of compensation from the moment this is said until it is decided (电力法 59)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from audit.log import timestamp
from cases.policy.cutting.restoration import compensation_basis, energy_missed, hours_off
from cases.workflow.effects.base import instant, signed
from cases.workflow.view import CaseView, Context, Facts

Data = dict[str, Any]
WRONG = ("objection_upheld", "wrong_cut")
CLAIM, DECISION = "compensation_claim", "compensation_decision"


def records(view: CaseView) -> list[dict[str, Any]]:
    return list(view.facts.get("compensation") or [])


def opened(view: CaseView, ctx: Context, cause: str) -> Facts:
    """The record of this cut, once; one that was never executed leaves nothing to compensate."""
    cut = view.facts.get("suspension") or {}
    if not cut.get("executed_at") or any(row["cut_at"] == cut["executed_at"] for row in records(view)):
        return {}
    row = {
        "state": "open",
        "cause": cause,
        "cut_at": cut["executed_at"],
        "origin": cut.get("origin", "order"),
        "basis": list(compensation_basis()),
        **signed(view, ctx),
    }
    restored = (view.facts.get("restoration") or {}).get("restored_at")
    if cut.get("power") == "on" and restored:
        row |= _measured(view, row, restored)
    return {"compensation": [*records(view), row]}


def restored(view: CaseView, at: str) -> Facts:
    """The supply is on again: how long it was off, and what would have been drawn meanwhile."""
    rows = records(view)
    if not any("restored_at" not in row for row in rows):
        return {}
    return {"compensation": [row if "restored_at" in row else {**row, **_measured(view, row, at)} for row in rows]}


def _measured(view: CaseView, row: dict[str, Any], at: str) -> dict[str, Any]:
    hours = hours_off(instant(row["cut_at"]), instant(at))
    found: dict[str, Any] = {"restored_at": at, "hours": f"{hours:f}"}
    monthly = ((view.facts.get("findings") or {}).get("check_consumption") or {}).get("monthly_kwh")
    if monthly not in (None, ""):
        found["kwh"] = f"{energy_missed(Decimal(str(monthly)), hours):f}"
    return found


def noted(view: CaseView, data: Data, ctx: Context) -> Facts:
    """A claim or a decision with its amount, on the latest record that is not decided."""
    rows = records(view)
    at = max(n for n, row in enumerate(rows) if row["state"] != "decided")
    named = {"sum": f"{data['amount']:f}"}
    who = {"by": ctx.actor.user_id, "at": timestamp(ctx.now), "files": data["attachments"]}
    step = {"claimed": {**named, **who}} if data["paper"] == CLAIM else {"decided": {**named, **who}}
    state = "claimed" if data["paper"] == CLAIM else "decided"
    return {"compensation": [{**row, "state": state, **step} if n == at else row for n, row in enumerate(rows)]}
