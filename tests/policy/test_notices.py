"""Every day of 2019–2026 against the State Council's notices, each by its number, and deadlines across their turns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.policy.calendar import WorkingCalendar, add_calendar_days, add_working_days, national_calendar
from cases.policy.dated import CHINA
from cases.policy.deadlines import Period, due_at, end_of

CAL = national_calendar()
NOTICES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "notices.toml").read_text("utf-8"))["notice"]
YEARS = range(2019, 2027)


def _day(text: str, year: int) -> date:
    parts = [int(part) for part in text.split(".")]
    return date(*parts) if len(parts) == 3 else date(year, *parts)


def _days(texts: list[str], year: int) -> Iterator[date]:
    for text in texts:
        ends = [_day(end, year) for end in text.split("-")]
        yield from (ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1))


def arranged() -> tuple[set[date], set[date]]:
    """What the notices together say: days off, and worked weekend days."""
    off: set[date] = set()
    on: set[date] = set()
    for notice in NOTICES:
        off |= set(_days(notice["off"], notice["year"]))
        on |= set(_days(notice["on"], notice["year"]))
        on -= set(_days(notice.get("no_longer_on", []), notice["year"]))
    return off, on


OFF, ON = arranged()


def test_every_year_has_its_notice_with_a_number_of_its_own() -> None:
    assert {notice["year"] for notice in NOTICES} == set(YEARS)
    numbers = [notice["number"] for notice in NOTICES]
    assert len(set(numbers)) == len(numbers) == 10
    assert all(re.fullmatch(r"国办发明电〔20\d\d〕\d{1,2}号", number) for number in numbers)
    # Written off right: make-up days are weekend days, and nothing is both.
    assert all(day.weekday() >= 5 for day in ON)
    assert not OFF & ON


@pytest.mark.parametrize("year", YEARS)
def test_each_day_is_worked_or_not_as_the_notices_say(year: int) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    wrong = [day for day in days if CAL.is_workday(day) is not (day in ON or (day.weekday() < 5 and day not in OFF))]
    assert wrong == []
    assert [day for day in days if day in OFF and not CAL.is_statutory_holiday(day)] == []
    # Weekdays off are those of the notices and no other; so a wrong line of this file is found as well.
    assert {day for day in days if day.weekday() < 5 and not CAL.is_workday(day)} == {
        day for day in OFF if day.year == year and day.weekday() < 5
    }


def _on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        # Labour Day 2019 as it was changed in March: 2 and 3 May off, the Sundays 28 April and 5 May worked.
        ("2019-04-26", 1, "2019-04-28"),
        ("2019-04-30", 1, "2019-05-05"),
        ("2019-04-30", 3, "2019-05-07"),
        # The Spring Festival of 2020 as it was extended: 31 January off, Saturday 1 February not worked.
        ("2020-01-23", 1, "2020-02-03"),
        ("2020-01-17", 6, "2020-02-03"),  # Sunday the 19th worked, 20 to 23 January, then the festival
        # Across a month and across a year.
        ("2021-01-28", 3, "2021-02-02"),
        ("2021-12-30", 2, "2022-01-04"),
        ("2022-12-29", 2, "2023-01-03"),  # 31 December lies in the next year's holiday
        # Worked Saturdays and Sundays.
        ("2021-02-05", 2, "2021-02-08"),
        ("2023-10-06", 2, "2023-10-08"),
        ("2024-02-09", 2, "2024-02-19"),
        ("2026-09-18", 1, "2026-09-20"),
    ],
)
def test_working_days_across_the_turns(start: str, count: int, end: str) -> None:
    assert add_working_days(_on(start), count, CAL).day == _on(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2020-01-16", 15, "2020-02-03"),  # ends on 31 January, which was off only after the extension
        ("2019-04-16", 15, "2019-05-05"),  # ends on 1 May; Sunday the 5th is worked
        ("2025-12-18", 15, "2026-01-04"),  # ends on 2 January; Sunday the 4th is worked
    ],
)
def test_a_period_of_days_that_ends_on_a_day_off_rolls_to_the_next_worked_one(start: str, days: int, end: str) -> None:
    assert add_calendar_days(_on(start), days, CAL).day == _on(end)


def test_the_first_notice_alone_would_have_been_wrong() -> None:
    """As it stood before the change of March 2019: the comparison above would see it."""
    plan = CAL.plans[2019]
    before = CAL.with_plan(
        type(plan)(
            2019,
            plan.holidays - {date(2019, 5, 2), date(2019, 5, 3)},
            plan.workdays - {date(2019, 4, 28), date(2019, 5, 5)},
        )
    )
    assert add_working_days(date(2019, 4, 30), 1, before).day == date(2019, 5, 2)
    assert before.version() != CAL.version()


def test_a_deadline_ends_at_six_on_a_worked_sunday() -> None:
    friday = datetime(2026, 9, 18, 9, tzinfo=CHINA)
    assert end_of(Period(1, "working_days"), friday, CAL) == (datetime(2026, 9, 20, 18, tzinfo=CHINA), False)


def test_what_enters_a_year_without_a_notice_is_provisional_and_says_the_same_with_one_that_changes_nothing() -> None:
    start = datetime(2026, 12, 24, 10, tzinfo=CHINA)
    unsure = due_at("inspect_site", start, CAL)
    assert unsure.provisional
    until_2025 = WorkingCalendar({year: CAL.plans[year] for year in range(2019, 2026)})
    assert due_at("inspect_site", datetime(2025, 12, 24, 10, tzinfo=CHINA), until_2025).provisional
    assert not due_at("inspect_site", datetime(2025, 12, 24, 10, tzinfo=CHINA), CAL).provisional
