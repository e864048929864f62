"""Which edition of the rules on charges a day falls under, and how sure it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.policy.dated import load

KINDS = ("breach", "theft", "capacity", "late_fee")


def charge_rule(kind: str, day: date) -> dict[str, Any] | None:
    """The rule of this kind on that day; None where none is recorded."""
    rows = (row for row in load("charges")[kind] if row["effective_from"] <= day <= row.get("effective_to", date.max))
    return next((dict(row) for row in rows), None)
