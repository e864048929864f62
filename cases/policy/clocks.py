"""Whose a task was and how its time ran: working time elapsed and remaining at any instant, also at a past one.

Values in, values out. A task's ledger is a row of intervals without gaps (a task that a merge had ended may have one),
each from one event to the next that changes holder, state or deadline. Cut at an instant, the ledger is what stood in
it then, so the past is answered as it was: with the deadline before a later extension, paused where it was paused.

Time nobody may use (a notice that has not run, a day of review that has not come) is waiting: it is nobody's turn and
does not run, but the deadline was set with it in mind and does not move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import pairwise
from typing import Final, NamedTuple

from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA
from cases.policy.deadlines import postponed, working_seconds

RUNNING: Final = "running"
PAUSED: Final = "paused"
WAITING: Final = "waiting"
# States of a clock that has no open interval.
UNBORN: Final = "unborn"
ENDED: Final = "ended"
# Why it is nobody's turn where no task is open.
CLOSED: Final = "closed"
NOTHING_OPEN: Final = "nothing_open"


class Holder(NamedTuple):
    """Who owes the work: an agency, the unit it was given to and the person who has it, where one is named."""

    agency: int
    unit: int | None = None
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """One row of the ledger. `named`: its deadline was set anew when it began, and is not the moved one of before."""

    holder: Holder
    state: str
    reason: str
    begins: datetime
    ends: datetime | None
    due: datetime
    named: bool = False
    seq: int = 0


class Wait(NamedTuple):
    """Until when nobody may use the time of a task, and why."""

    until: datetime
    reason: str


class Segment(NamedTuple):
    """A stretch of a task's time; waiting is told apart from running."""

    begins: datetime
    ends: datetime
    holder: Holder
    state: str
    reason: str
    seq: int


@dataclass(slots=True)
class Held:
    """Seconds of working time with one holder."""

    running: int = 0
    paused: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """A task's clock at an instant; all lengths are seconds of working time.

    `due` is the deadline as it stood then; of a clock that stands still it moves on with the time, so that `remaining`
    stays. `late` is the working time after the deadline, up to the end of a task that has ended.
    """

    at: datetime
    state: str
    reason: str
    holder: Holder | None
    due: datetime | None
    elapsed: int
    remaining: int
    late: int
    overdue: bool
    paused: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[Holder, Held] = field(default_factory=dict)


def end_of(day: date, now: datetime) -> datetime:
    """The last moment of a day; of today and of any later day this very moment."""
    if day >= now.astimezone(CHINA).date():
        return now
    return datetime.combine(day, time.max, CHINA)


def waiting(kind: str, window_from: datetime | None, due: datetime) -> Wait | None:
    """The time of such a task that nobody may use: before a window opens, before the day of a review or visit."""
    if kind == "execute_suspension":
        return Wait(window_from, "notice") if window_from is not None else None
    reason = {"review_monitoring": "monitoring", "follow_up": "follow_up"}.get(kind)
    if reason is None:
        return None
    return Wait(datetime.combine(due.astimezone(CHINA).date(), time(0), CHINA), reason)


def as_of(ledger: Iterable[Interval], at: datetime) -> list[Interval]:
    """The ledger as it stood then: what began later is not there yet, what ended later is open."""
    return [
        replace(row, ends=None) if row.ends is not None and row.ends > at else row
        for row in sorted(ledger, key=lambda row: (row.begins, row.seq))
        if row.begins <= at
    ]


def segments(ledger: Iterable[Interval], at: datetime, wait: Wait | None = None) -> list[Segment]:
    """The stretches of a task's time up to an instant, those of no length left out."""
    found = []
    for row in as_of(ledger, at):
        ends = row.ends or at
        begins = row.begins
        if wait is not None and row.state == RUNNING and begins < wait.until:
            turn = min(ends, wait.until)
            if turn > begins:
                found.append(Segment(begins, turn, row.holder, WAITING, wait.reason, row.seq))
            begins = turn
        if ends > begins:
            found.append(Segment(begins, ends, row.holder, row.state, row.reason, row.seq))
    return found


def clock(ledger: Iterable[Interval], at: datetime, calendar: WorkingCalendar, wait: Wait | None = None) -> Clock:
    """The clock of one task at an instant."""
    rows = as_of(ledger, at)
    if not rows:
        return Clock(at, UNBORN, "", None, None, 0, 0, 0, overdue=False)
    last = rows[-1]
    stretches = segments(rows, at, wait)
    held, paused = _added_up(stretches, calendar)
    until = last.ends or at
    due = _due(rows, until, calendar)
    waits = wait is not None and last.state == RUNNING and at < wait.until
    state = ENDED if last.ends is not None else WAITING if waits else last.state
    return Clock(
        at,
        state,
        wait.reason if waits and wait is not None else last.reason,
        last.holder,
        due,
        elapsed=sum(each.running for each in held.values()),
        remaining=working_seconds(until, due, calendar),
        late=working_seconds(due, until, calendar),
        overdue=until > due,
        paused=paused,
        held=held,
    )


def _added_up(stretches: Iterable[Segment], calendar: WorkingCalendar) -> tuple[dict[Holder, Held], dict[str, int]]:
    held: dict[Holder, Held] = {}
    paused: dict[str, int] = {}
    for each in stretches:
        seconds = working_seconds(each.begins, each.ends, calendar)
        one = held.setdefault(each.holder, Held())
        setattr(one, each.state, getattr(one, each.state) + seconds)
        if each.state != RUNNING:
            paused[each.reason] = paused.get(each.reason, 0) + seconds
    return held, paused


def standing(rows: Sequence[Interval]) -> tuple[datetime, datetime] | None:
    """Since when the clock of the last interval stands still, and the deadline that this moves; None where it runs.

    A pause may go over several intervals: its reason, holder or deadline changed meanwhile. What moved the deadline
    in the middle of it (one of two reasons went) is part of the whole, which moves it once; a deadline that was named
    meanwhile is the one that moves.
    """
    since: datetime | None = None
    due = rows[-1].due
    for row in reversed(rows):
        if row.state != PAUSED or (since is not None and row.ends != since):
            break
        since = row.begins
        due = row.due
    if since is None:
        return None
    named = [row.due for row in rows if row.named and row.state == PAUSED and row.begins > since]
    return since, named[-1] if named else due


def _due(rows: Sequence[Interval], until: datetime, calendar: WorkingCalendar) -> datetime:
    """The deadline of the last interval, moved on by the time it has stood still so far."""
    still = standing(rows)
    if still is None:
        return rows[-1].due
    since, due = still
    return postponed(due, [(since, until)], calendar)


class Turn(NamedTuple):
    """Whose turn a case was: the holders whose clocks ran; nobody's is a state of its own, with its reasons."""

    begins: datetime
    ends: datetime
    holders: tuple[Holder, ...]
    reasons: tuple[str, ...]


def turns(
    stretches: Iterable[Segment],
    begins: datetime,
    at: datetime,
    closed: Iterable[tuple[datetime, datetime | None]] = (),
) -> list[Turn]:
    """Whose turn it was from the beginning of the case to an instant, from the segments of all its tasks.

    `closed` says when the case was closed: time without any task in it is nobody's because it is closed, other time
    because nothing was open.
    """
    if at <= begins:
        return []
    told = list(stretches)
    shut = [(start, min(end or at, at)) for start, end in closed if start < at]
    ends = [(each.begins, each.ends) for each in told]
    moments = sorted({begins, at, *(each for pair in (*ends, *shut) for each in pair if begins <= each <= at)})
    found: list[Turn] = []
    for start, end in pairwise(moments):
        now = [each for each in told if each.begins <= start < each.ends]
        holders = tuple(sorted({each.holder for each in now if each.state == RUNNING}, key=_order))
        reasons: tuple[str, ...] = ()
        if not holders:
            nothing = CLOSED if any(a <= start < b for a, b in shut) else NOTHING_OPEN
            reasons = tuple(sorted({each.reason for each in now})) or (nothing,)
        if found and (found[-1].holders, found[-1].reasons) == (holders, reasons):
            found[-1] = found[-1]._replace(ends=end)
        else:
            found.append(Turn(start, end, holders, reasons))
    return found


def _order(holder: Holder) -> tuple[int, int, int]:
    return holder.agency, holder.unit or 0, holder.person or 0
