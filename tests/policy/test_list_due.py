"""A priority list is due on the next Friday, a full one after a period; region and list may say otherwise."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cases.policy.calendar import WorkingCalendar, national_calendar
from cases.policy.dated import CHINA
from cases.policy.lists import due

CAL = national_calendar()


def received(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=CHINA)


def days(level: str, day: str, override: object = None, cal: WorkingCalendar = CAL) -> tuple[str, bool]:
    found = due.due_of(level, received(day), cal, override)
    return found.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"), found.provisional


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-23", "2026-11-27 18:00"),  # Monday
        ("2026-11-26", "2026-11-27 18:00"),  # Thursday
        ("2026-11-27", "2026-12-04 18:00"),  # Friday: the next one
        ("2026-11-28", "2026-12-04 18:00"),  # Saturday
        ("2026-09-28", "2026-10-08 18:00"),  # 2 October is a holiday: the first working day after it
    ],
)
def test_a_priority_list_is_due_on_the_next_friday(day: str, expected: str) -> None:
    assert days("priority", day)[0] == expected


def test_late_in_the_evening_the_day_of_receipt_is_that_of_china() -> None:
    late = datetime.fromisoformat("2026-11-26T23:30:00+08:00")
    assert due.due_of("priority", late, CAL).at.astimezone(CHINA).date() == date(2026, 11, 27)


def test_a_full_list_is_due_after_ten_working_days() -> None:
    assert days("full", "2026-11-26") == ("2026-12-10 18:00", False)


def test_a_region_sets_its_weekday_and_its_period() -> None:
    assert days("priority", "2026-11-26", 1)[0] == "2026-11-30 18:00"
    assert days("full", "2026-11-26", {"calendar_days": 7})[0] == "2026-12-03 18:00"
    assert due.due_of("priority", received("2026-11-26"), CAL, 1).rule == "weekday:1 (region)"


def test_a_day_of_an_unknown_year_is_provisional() -> None:
    unknown = WorkingCalendar()
    assert days("priority", "2026-11-26", None, unknown) == ("2026-11-27 18:00", True)


@pytest.mark.parametrize("value", [0, 8, True, "5", 5.0, None, {"weekday": 5}])
def test_what_is_no_weekday_is_refused(value: object) -> None:
    assert not due.is_weekday(value)


@pytest.mark.parametrize(
    "value", [{}, {"weeks": 2}, {"working_days": 0}, {"working_days": True}, {"working_days": 2, "hours": 1}, 10, None]
)
def test_what_is_no_period_is_refused(value: object) -> None:
    assert not due.is_period(value)


def test_a_rule_is_said_in_both_languages() -> None:
    assert due.describe("weekday:5") == ("重点名单：下一个星期五", "priority list: the next Friday")
    assert due.describe("working_days:10 (region)") == (
        "全量名单：10个工作日（本地区规定）",
        "full list: 10 working days (regional)",
    )
    assert due.describe(due.STATED) == ("名单写明", "named by the list")
    assert due.describe("") == ("", "")
    zh, en = due.describe(due.NOT_ISSUED)
    assert "没有反馈期限" in zh
    assert "no answer is due" in en


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        due.due_of("full", datetime(2026, 11, 26), CAL)  # noqa: DTZ001  (that is the point)
