"""Which open deadlines another calendar would move, found without a lock: for the recount and for its preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA
from cases.policy.deadlines import counted_again

Pauses = Sequence[tuple[datetime, datetime]]
PAGE: Final = 5000
_NONE: Final = "00000000-0000-0000-0000-000000000000"

_OPEN = """
SELECT id::text, case_id::text, kind, region_code, due_rule,
       coalesce((data ->> 'counted_from')::timestamptz, opened_at), due_at, provisional
  FROM cases_task WHERE state = 'open' AND ({where}) AND id > %s ORDER BY id LIMIT %s
"""
_PAUSES = """
SELECT task_id::text, started_at, ended_at FROM cases_clockinterval
 WHERE task_id = ANY(%s::uuid[]) AND state = 'paused' AND ended_at IS NOT NULL
"""


class Counting(NamedTuple):
    """An open deadline as it stands, and what it would be."""

    task: str
    case: str
    kind: str
    region: str
    due: datetime
    changes: dict[str, Any]


@dataclass(slots=True)
class Effect:
    """What a change of the calendar would do to the open deadlines that somebody sees."""

    looked_at: int = 0
    # By how many days (negative: earlier) to how many deadlines.
    shifts: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    overdue: int = 0  # would be past as soon as the change counts
    unsure: int = 0  # become provisional, or stop being so

    @property
    def moved(self) -> int:
        return self.shifts.total()


class Recounter:
    """Counts stored rules again by the calendars of regions; the same question is answered once."""

    def __init__(self, calendar_in: Callable[[str], WorkingCalendar]) -> None:
        self._calendar_in = calendar_in
        self._known: dict[tuple[str, str, date], tuple[datetime, bool] | None] = {}

    def changes(
        self, region: str, rule: str, began: datetime, pauses: Pauses, due: Any, *, unsure: bool
    ) -> dict[str, Any]:
        """What is another by this calendar: `due_at`, `provisional`, both or neither."""
        if pauses:
            counted = counted_again(rule, began, pauses, self._calendar_in(region))
            found = (counted.at, counted.provisional) if counted else None
        else:
            key = (region, rule, began.astimezone(CHINA).date())
            if key not in self._known:
                counted = counted_again(rule, began, (), self._calendar_in(region))
                self._known[key] = (counted.at, counted.provisional) if counted else None
            found = self._known[key]
        if found is None:
            # A day that somebody named stands, whatever the year brings; it is sure once the day is.
            sure = unsure and self._calendar_in(region).certain(due.astimezone(CHINA).date())
            return {"provisional": False} if sure else {}
        at, provisional = found
        return {
            **({"due_at": at} if at != due else {}),
            **({"provisional": provisional} if provisional != unsure else {}),
        }


def open_deadlines(regions: Sequence[str], counter: Recounter, *, inside: bool = False) -> Iterator[Counting]:
    """Every open deadline of these regions (with `inside` also of the regions in them) that the caller sees."""
    where = " OR ".join(["starts_with(region_code, %s)"] * len(regions)) if inside else "region_code = ANY(%s)"
    values: list[Any] = list(regions) if inside else [list(regions)]
    after = _NONE
    while rows := _page(where, [*values, after, PAGE]):
        pauses = _pauses([row[0] for row in rows])
        for task, case, kind, region, rule, began, due, unsure in rows:
            changes = counter.changes(region, rule, began, pauses.get(task, ()), due, unsure=unsure)
            yield Counting(task, case, kind, region, due, changes)
        after = rows[-1][0]


def _page(where: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(where=where), values)
        return list(cursor.fetchall())


def effect_of(found: Iterable[Counting], now: datetime) -> Effect:
    """Sum up a change of the calendar before it is made."""
    effect = Effect()
    for one in found:
        effect.looked_at += 1
        if "due_at" in one.changes:
            after = one.changes["due_at"]
            effect.shifts[(after.astimezone(CHINA).date() - one.due.astimezone(CHINA).date()).days] += 1
            effect.kinds[one.kind] += 1
            effect.overdue += after < now <= one.due
        effect.unsure += "provisional" in one.changes
    return effect


def _pauses(tasks: list[str]) -> dict[str, list[tuple[datetime, datetime]]]:
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAUSES, [tasks])
        for task, begin, end in cursor.fetchall():
            found.setdefault(task, []).append((begin, end))
    return found
