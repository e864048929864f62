"""Weeks from Monday to Sunday in China, when a report is due, which are owed, and the numbers that they get."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.policy.calendar import national_calendar
from cases.policy.dated import CHINA
from cases.policy.reports.figures import Standing, Tally, differences, energy_told, rolled_up
from cases.policy.reports.numbers import report_number
from cases.policy.reports.weeks import DEFAULT_HOUR, Week, due_at, is_hour, is_late, last_complete, owed, week_of

CALENDAR = national_calendar()
WEEK = Week(date(2026, 11, 16))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_a_week_ends_with_the_last_instant_of_its_sunday_in_china() -> None:
    assert week_of(date(2026, 11, 22)) == WEEK
    assert week_of(date(2026, 11, 23)) == WEEK.after
    assert WEEK.ends == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert last_complete(local("2026-11-22 23:59:59")) == WEEK.before
    assert last_complete(local("2026-11-23 00:00")) == WEEK
    with pytest.raises(ValueError, match="no Monday"):
        Week(date(2026, 11, 17))


def test_the_number_is_of_the_year_of_the_monday_on_which_it_is_due() -> None:
    last = week_of(date(2026, 12, 31))
    assert (last.first, last.last) == (date(2026, 12, 28), date(2027, 1, 3))
    assert last.year == 2027
    assert last.before.year == 2026
    assert report_number("徐州市", "ledger", 2026, 12) == "徐整治台账〔2026〕12号"
    assert report_number("徐州市", "overdue", 2026, 3) == "徐整治通报〔2026〕3号"


@pytest.mark.parametrize(
    ("first", "due"),
    [
        ("2026-11-16", "2026-11-23 08:00"),
        # National Day: 1 to 8 October 2025 were off, the first working day was Thursday the 9th.
        ("2025-09-29", "2025-10-09 08:00"),
        # A make-up Sunday is no Monday: the plan goes by the first working day from the Monday on.
        ("2026-02-09", "2026-02-24 08:00"),
    ],
)
def test_it_is_due_on_the_first_working_day_after_the_week(first: str, due: str) -> None:
    assert due_at(Week(date.fromisoformat(first)), CALENDAR, DEFAULT_HOUR) == local(due)


def test_what_is_owed_is_the_same_however_long_nobody_asked() -> None:
    def firsts(now: str, latest: Week | None) -> list[str]:
        return [f"{week.first:%m-%d}" for week in owed(local(now), CALENDAR, DEFAULT_HOUR, latest)]

    assert firsts("2026-11-23 07:59", None) == ["11-09"]
    assert firsts("2026-11-23 08:00", None) == ["11-16"]
    assert firsts("2026-11-23 08:00", WEEK) == []
    assert firsts("2026-11-29 23:59", WEEK) == []
    assert firsts("2026-12-15 10:00", WEEK) == ["11-23", "11-30", "12-07"]
    assert owed(local("2026-12-15 10:00"), CALENDAR, 0, WEEK) == []
    assert len(firsts("2029-01-05 10:00", WEEK)) == 26


def test_late_is_what_begins_an_hour_after_its_time() -> None:
    due = local("2026-11-23 08:00")
    assert not is_late(due + timedelta(hours=1), due)
    assert is_late(due + timedelta(hours=1, seconds=1), due)


@pytest.mark.parametrize(
    ("value", "good"), [(8, True), (0, True), (12, True), (13, False), (5, False), ("8", False), (True, False)]
)
def test_a_region_sets_an_hour_of_the_morning(value: object, *, good: bool) -> None:
    assert is_hour(value, "3203") is good


def line(code: str, kwh: str, cases: int) -> list[Standing]:
    from decimal import Decimal

    return [Standing(code, frozenset({"received", "mining", "open"}), kwh=Decimal(kwh)) for _ in range(cases)]


def test_a_city_has_a_line_of_its_own_and_all_its_counties_in_it() -> None:
    tally = Tally()
    for case in [*line("320302", "10", 3), *line("320303", "1.5", 4), *line("3203", "2", 3), *line("320102", "1", 1)]:
        tally.add(case)
    lines = rolled_up(tally.as_dict()["regions"], "32")
    assert list(lines) == ["32", "3201", "320102", "3203", "320302", "320303"]
    assert (lines["32"]["received"], lines["3203"]["received"], lines["320302"]["kwh"]) == (11, 10, "30")
    assert lines["3203"]["kwh"] == "42.0"


def test_no_sum_of_energy_gives_away_what_one_case_uses() -> None:
    tally = Tally()
    for case in [*line("320302", "10", 3), *line("320303", "1", 4), *line("320305", "7", 1)]:
        tally.add(case)
    # The one case of 320305 could be had as the difference; the smaller of its neighbours is kept back with it.
    assert energy_told(rolled_up(tally.as_dict()["regions"], "3203")) == {"3203", "320303"}


def test_differences_name_each_figure() -> None:
    before = {"now": {"regions": {"3203": {"received": 3, "open": 1}}}}
    after = {"now": {"regions": {"3203": {"received": 4, "open": 1}, "320302": {"open": 2}}}}
    assert differences(before, after) == [
        (("now", "regions", "3203", "received"), 3, 4),
        (("now", "regions", "320302", "open"), None, 2),
    ]
    assert differences(before, before) == []
