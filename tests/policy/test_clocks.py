"""Clocks against a slow reference of every minute, across month, year, make-up Saturdays and Spring Festival."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.policy.calendar import WorkingCalendar, national_calendar
from cases.policy.clocks import (
    CLOSED,
    ENDED,
    NOTHING_OPEN,
    PAUSED,
    RUNNING,
    UNBORN,
    WAITING,
    Holder,
    Interval,
    Segment,
    Wait,
    as_of,
    clock,
    segments,
    turns,
)

CHINA = timezone(timedelta(hours=8))
CAL = national_calendar()
LOCAL = CAL.with_local_days(holidays=frozenset({date(2026, 2, 25)}), workdays=frozenset({date(2026, 3, 1)}))
MINUTE = timedelta(minutes=1)
DRC, GRID = Holder(1, None, 7), Holder(2, 5, None)
# A month's end, the make-up Saturdays and the days around National Day and Spring Festival, the turn of two years.
STARTS = [
    datetime(2025, 9, 26, 16, 30, tzinfo=CHINA),
    datetime(2025, 12, 30, 9, 0, tzinfo=CHINA),
    datetime(2026, 2, 12, 17, 59, tzinfo=CHINA),
    datetime(2026, 2, 27, 12, 0, tzinfo=CHINA),
    datetime(2026, 4, 30, 20, 15, tzinfo=CHINA),
    datetime(2024, 2, 8, 10, 0, tzinfo=CHINA),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def row(state: str, begins: datetime, ends: datetime | None, due: datetime, **more: object) -> Interval:
    known = {"holder": DRC, "reason": "opened" if state == RUNNING else "stay", **more}
    return Interval(state=state, begins=begins, ends=ends, due=due, **known)  # type: ignore[arg-type]


def worked(minute: datetime, calendar: WorkingCalendar) -> bool:
    local = minute.astimezone(CHINA)
    return calendar.is_workday(local.date()) and time(9) <= local.time() < time(18)


def minutes(begins: datetime, ends: datetime) -> list[datetime]:
    return [begins + n * MINUTE for n in range(max(0, int((ends - begins) / MINUTE)))]


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Interval], datetime]:
    """A task's ledger of up to six intervals, and an instant before, within or after it; all on whole minutes."""
    begins = draw(st.sampled_from(STARTS)) + draw(st.integers(0, 2000)) * MINUTE
    due = begins + draw(st.integers(0, 12_000)) * MINUTE
    rows, start = [], begins
    for n in range(draw(st.integers(1, 6))):
        ends = start + draw(st.integers(0, 4000)) * MINUTE
        state = RUNNING if n == 0 and draw(st.booleans()) else draw(st.sampled_from((RUNNING, PAUSED)))
        reason = "opened" if state == RUNNING else draw(st.sampled_from(("stay", "assistance", "objection")))
        holder = draw(st.sampled_from((DRC, GRID)))
        rows.append(row(state, start, ends, due, holder=holder, reason=reason, seq=n))
        start = ends
    if draw(st.booleans()):
        rows[-1] = row(
            rows[-1].state, rows[-1].begins, None, due, holder=rows[-1].holder, reason=rows[-1].reason, seq=9
        )
    return rows, begins + draw(st.integers(-200, 15_000)) * MINUTE


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.sampled_from([CAL, LOCAL]), st.integers(0, 5000) | st.none())
def test_every_figure_is_what_a_count_of_minutes_gives(
    drawn: tuple[list[Interval], datetime], calendar: WorkingCalendar, waits: int | None
) -> None:
    rows, moment = drawn
    wait = None if waits is None else Wait(rows[0].begins + waits * MINUTE, "notice")
    found = clock(rows, moment, calendar, wait)
    elapsed, paused, held = 0, Counter[str](), Counter[tuple[Holder, str]]()
    for one in rows:
        for minute in minutes(one.begins, min(one.ends or moment, moment)):
            if not worked(minute, calendar):
                continue
            state, reason = one.state, one.reason
            if wait and state == RUNNING and minute < wait.until:
                state, reason = WAITING, wait.reason
            elapsed += state == RUNNING
            paused[reason] += state != RUNNING
            held[one.holder, state] += 1
    assert found.elapsed == 60 * elapsed
    assert {r: n for r, n in found.paused.items() if n} == {r: 60 * n for r, n in paused.items() if n}
    for holder, each in found.held.items():
        for state in (RUNNING, PAUSED, WAITING):
            assert getattr(each, state) == 60 * held[holder, state]
    assert sum(held.values()) * 60 == sum(e.running + e.paused + e.waiting for e in found.held.values())


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.sampled_from([CAL, LOCAL]))
def test_what_remains_is_counted_minute_by_minute_and_stands_still_with_the_clock(
    drawn: tuple[list[Interval], datetime], calendar: WorkingCalendar
) -> None:
    rows, moment = drawn
    found = clock(rows, moment, calendar)
    if found.due is None:
        assert (found.state, rows[0].begins > moment) == (UNBORN, True)
        return
    seen = [one for one in rows if one.begins <= moment]
    until = min(seen[-1].ends or moment, moment)
    assert found.state == (ENDED if seen[-1].ends is not None and seen[-1].ends <= moment else seen[-1].state)
    # The trailing minutes during which the clock stood still push a deadline on one by one, if it lay ahead of them.
    still: list[datetime] = []
    for one in reversed(seen):
        if one.state != PAUSED:
            break
        still = minutes(one.begins, min(one.ends or moment, until)) + still
    due = seen[-1].due
    if still and still[0] < due:
        for minute in still:
            due = pushed(due, calendar) if worked(minute, calendar) else due
    assert found.due == due
    assert found.remaining == 60 * sum(worked(m, calendar) for m in minutes(until, due))
    assert found.late == 60 * sum(worked(m, calendar) for m in minutes(due, until))
    assert found.overdue == (until > due)


def pushed(due: datetime, calendar: WorkingCalendar) -> datetime:
    """One minute of working time later."""
    while not worked(due, calendar):
        due += MINUTE
    return due + MINUTE


@settings(max_examples=60, deadline=None)
@given(st.lists(ledgers(), min_size=0, max_size=3), st.integers(0, 9000))
def test_at_every_moment_it_is_somebodys_turn_or_nobodys(
    drawn: list[tuple[list[Interval], datetime]], closed_after: int
) -> None:
    begins = min((rows[0].begins for rows, _ in drawn), default=STARTS[0])
    moment = max((m for _, m in drawn), default=begins + timedelta(days=3))
    told = [each for rows, _ in drawn for each in segments(rows, moment)]
    shut = [(begins + closed_after * MINUTE, None)]
    found = turns(told, begins, moment, shut)
    if moment <= begins:
        assert found == []
        return
    assert (found[0].begins, found[-1].ends) == (begins, moment)
    assert all(a.ends == b.begins and a[2:] != b[2:] for a, b in pairwise(found))
    for turn in found:
        middle = turn.begins + (turn.ends - turn.begins) / 2
        now = [e for e in told if e.begins <= middle < e.ends]
        running = {e.holder for e in now if e.state == RUNNING}
        assert set(turn.holders) == running
        nothing = CLOSED if middle >= shut[0][0] else NOTHING_OPEN
        assert set(turn.reasons) == (set() if running else {e.reason for e in now} or {nothing})


# By hand ----------------------------------------------------------------------------------------------------------


def test_a_pause_over_spring_festival_costs_working_time_only() -> None:
    """2026: 15 to 23 February are off, Saturday 14 and Saturday 28 February are worked."""
    due = at("2026-02-14 18:00")
    ledger = [
        row(RUNNING, at("2026-02-12 09:00"), at("2026-02-13 09:00"), due),
        row(PAUSED, at("2026-02-13 09:00"), None, due),
    ]
    found = clock(ledger, at("2026-02-25 09:00"), CAL)
    assert (found.state, found.elapsed, found.paused) == (PAUSED, 9 * 3600, {"stay": 3 * 9 * 3600})
    assert found.remaining == 2 * 9 * 3600, "Friday and the make-up Saturday, as when it stopped"
    assert found.due == at("2026-02-26 18:00")
    assert not found.overdue


def test_as_of_a_past_day_neither_the_extension_nor_the_end_is_known() -> None:
    old, new = at("2026-11-06 18:00"), at("2026-11-13 18:00")
    ledger = [
        row(RUNNING, at("2026-11-03 09:00"), at("2026-11-06 12:00"), old),
        row(RUNNING, at("2026-11-06 12:00"), at("2026-11-12 10:00"), new, named=True, seq=5),
    ]
    before = clock(ledger, at("2026-11-06 11:59"), CAL)
    assert (before.due, before.state) == (old, RUNNING)
    after = clock(ledger, at("2026-11-09 09:00"), CAL)
    assert (after.due, after.state) == (new, RUNNING)
    ended = clock(ledger, at("2026-12-01 09:00"), CAL)
    assert (ended.state, ended.overdue, ended.elapsed) == (ENDED, False, (4 + 3) * 9 * 3600 + 3600)
    assert [each.ends for each in as_of(ledger, at("2026-11-06 11:59"))] == [None]
    assert clock(ledger, at("2026-11-03 08:59"), CAL).state == UNBORN


def test_two_reasons_one_after_the_other_in_one_pause_move_the_deadline_once() -> None:
    """Assistance from Tuesday, a stay from Wednesday; the answer on Thursday has moved the deadline by Tuesday only."""
    due = at("2026-11-06 18:00")
    ledger = [
        row(RUNNING, at("2026-11-02 09:00"), at("2026-11-03 09:00"), due),
        row(PAUSED, at("2026-11-03 09:00"), at("2026-11-04 09:00"), due, reason="assistance"),
        row(PAUSED, at("2026-11-04 09:00"), at("2026-11-05 09:00"), due),
        row(PAUSED, at("2026-11-05 09:00"), None, at("2026-11-09 18:00")),
    ]
    found = clock(ledger, at("2026-11-06 09:00"), CAL)
    assert found.due == at("2026-11-11 18:00"), "three working days of standing still"
    assert found.paused == {"assistance": 9 * 3600, "stay": 2 * 9 * 3600}


def test_a_deadline_named_in_a_pause_is_the_one_that_moves() -> None:
    due, named = at("2026-11-06 18:00"), at("2026-11-20 18:00")
    ledger = [
        row(PAUSED, at("2026-11-03 09:00"), at("2026-11-04 09:00"), due),
        row(PAUSED, at("2026-11-04 09:00"), None, named, named=True, seq=3),
    ]
    assert clock(ledger, at("2026-11-05 09:00"), CAL).due == at("2026-11-24 18:00")


def test_a_merge_leaves_a_gap_that_is_nobodys() -> None:
    due = at("2026-11-20 18:00")
    ledger = [
        row(RUNNING, at("2026-11-02 09:00"), at("2026-11-03 09:00"), due),
        row(PAUSED, at("2026-11-05 09:00"), None, due, seq=4),
    ]
    told = segments(ledger, at("2026-11-06 09:00"))
    found = turns(
        told, at("2026-11-02 09:00"), at("2026-11-06 09:00"), [(at("2026-11-03 09:00"), at("2026-11-05 09:00"))]
    )
    assert [(t.holders, t.reasons) for t in found] == [((DRC,), ()), ((), (CLOSED,)), ((), ("stay",))]
    assert clock(ledger, at("2026-11-06 09:00"), CAL).elapsed == 9 * 3600


@pytest.mark.parametrize("minute", ["2026-11-07 10:00", "2026-11-08 10:00"])
def test_waiting_ends_at_its_instant(minute: str) -> None:
    ledger = [row(RUNNING, at("2026-11-05 09:00"), None, at("2026-11-12 18:00"))]
    wait = Wait(at("2026-11-08 09:00"), "notice")
    assert clock(ledger, at(minute), CAL, wait).state == (WAITING if minute < "2026-11-08 09" else RUNNING)
    first = segments(ledger, at("2026-11-09 09:00"), wait)[0]
    assert first == Segment(at("2026-11-05 09:00"), wait.until, DRC, WAITING, "notice", 0)
