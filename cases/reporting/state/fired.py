"""Which steps of the escalation had been taken about a late task by an instant: 催办, 督办, 通报."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

Fired = Mapping[str, datetime]


class Step(NamedTuple):
    code: str
    zh: str
    en: str


STEPS: Final = (
    Step("overdue", "催办", "Reminder"),
    Step("pressed", "督办", "Supervision"),
    Step("reported", "通报", "Circular"),
)


def fired_until(tasks: Sequence[str], at: datetime) -> dict[str, Fired]:
    """For each of these tasks when each step was taken, before this instant."""
    return {}
