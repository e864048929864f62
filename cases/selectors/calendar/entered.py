"""The entries in force, kept per process: counting a deadline costs no query while nothing has changed.

They stand under the stamp of the directory, which every load of a case brings along and which every change of the
calendar changes (`calendar_entry_stamp`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import orjson
from django.db import connection

from agencies.directory import read_stamp
from cases.policy.calendar import YearPlan
from cases.policy.entered.days import PLAN, LocalDay, plan_of


@dataclass(frozen=True, eq=False)
class EnteredDays:
    """National plans by year and what regions say of days of their own."""

    plans: Mapping[int, YearPlan] = field(default_factory=dict)
    local: tuple[LocalDay, ...] = ()


class _Process:
    """What this process holds. Threads may replace it at the same time: each holds a whole one."""

    held: tuple[int, EnteredDays] | None = None


def entered_days(stamp: int | None = None) -> EnteredDays:
    """The entries as of now; with the stamp that was just read it costs no query while nothing changed."""
    held = _Process.held
    if held is not None and held[0] == (read_stamp() if stamp is None else stamp):
        return held[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT calendar_entered()")
        read = orjson.loads(cursor.fetchone()[0])
    plans: dict[int, YearPlan] = {}
    local: list[LocalDay] = []
    for kind, region, first, last, days in read["entries"] or ():
        begins = date.fromisoformat(first)
        if kind == PLAN:
            plans[begins.year] = plan_of(begins.year, days)
        else:
            local.append(LocalDay(region, kind, begins, date.fromisoformat(last)))
    found = EnteredDays(plans, tuple(local))
    _Process.held = read["stamp"], found
    return found
