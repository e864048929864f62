"""Working days against the State Council's notices of 2019–2026, copied by hand from the notices."""

from datetime import date, timedelta

import pytest

from cases.policy.calendar import (
    WorkingCalendar,
    YearPlan,
    add_calendar_days,
    add_months,
    add_working_days,
    national_calendar,
    working_days_between,
)

CAL = national_calendar()

# (first day off, last day off) and make-up days, each "month.day".  The Spring Festival of 2020 was extended to
# 2 February.  A holiday that the notice only joins to a weekend (端午 2024) is listed without it.
NOTICES = {
    2019: ("1.1-1.1 2.4-2.10 4.5-4.7 5.1-5.4 6.7-6.9 9.13-9.15 10.1-10.7", "2.2 2.3 4.28 5.5 9.29 10.12"),
    2020: ("1.1-1.1 1.24-2.2 4.4-4.6 5.1-5.5 6.25-6.27 10.1-10.8", "1.19 4.26 5.9 6.28 9.27 10.10"),
    2021: ("1.1-1.3 2.11-2.17 4.3-4.5 5.1-5.5 6.12-6.14 9.19-9.21 10.1-10.7", "2.7 2.20 4.25 5.8 9.18 9.26 10.9"),
    2022: (
        "1.1-1.3 1.31-2.6 4.3-4.5 4.30-5.4 6.3-6.5 9.10-9.12 10.1-10.7 12.31-12.31",
        "1.29 1.30 4.2 4.24 5.7 10.8 10.9",
    ),
    2023: (
        "1.1-1.2 1.21-1.27 4.5-4.5 4.29-5.3 6.22-6.24 9.29-10.6 12.30-12.31",
        "1.28 1.29 4.23 5.6 6.25 10.7 10.8",
    ),
    2024: ("1.1-1.1 2.10-2.17 4.4-4.6 5.1-5.5 6.10-6.10 9.15-9.17 10.1-10.7", "2.4 2.18 4.7 4.28 5.11 9.14 9.29 10.12"),
    2025: ("1.1-1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8", "1.26 2.8 4.27 9.28 10.11"),
    2026: ("1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7", "1.4 2.14 2.28 5.9 9.20 10.10"),
}


def _day(year: int, text: str) -> date:
    month, day = text.split(".")
    return date(year, int(month), int(day))


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_every_day_of_the_year_is_worked_as_the_notice_says(year: int) -> None:
    off, makeup = NOTICES[year]
    spans = [tuple(_day(year, end) for end in span.split("-")) for span in off.split()]
    worked = {_day(year, text) for text in makeup.split()}
    day = date(year, 1, 1)
    while day.year == year:
        in_holiday = any(first <= day <= last for first, last in spans)
        expected = day in worked or (day.weekday() < 5 and not in_holiday)
        assert CAL.is_workday(day) is expected, day
        assert CAL.is_statutory_holiday(day) is (in_holiday and day not in worked), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "day",
    [
        "2021-09-18",
        "2021-09-26",
        "2021-10-09",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ],
)
def test_make_up_days_are_worked(day: str) -> None:
    found = date.fromisoformat(day)
    assert found.weekday() >= 5
    assert CAL.is_workday(found)


def test_the_year_after_the_data_is_counted_from_weekends_and_fixed_holidays() -> None:
    assert CAL.known(2026)
    assert not CAL.known(2027)
    off = [d for n in range(365) if CAL.is_statutory_holiday(d := date(2027, 1, 1) + timedelta(days=n))]
    assert off == [date(2027, 1, 1), date(2027, 5, 1), date(2027, 5, 2), *(date(2027, 10, n) for n in (1, 2, 3))]
    assert not CAL.is_workday(date(2027, 1, 1))
    assert CAL.is_workday(date(2027, 2, 8))  # the Spring Festival of 2027 is not known


def test_the_fixed_holidays_before_2025_had_one_day_in_may() -> None:
    blank = WorkingCalendar()
    assert blank.is_statutory_holiday(date(2024, 5, 1))
    assert not blank.is_statutory_holiday(date(2024, 5, 2))
    assert blank.is_statutory_holiday(date(2025, 5, 2))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2021-09-17", 1, "2021-09-18"),  # Friday; the Saturday is worked
        ("2021-09-17", 2, "2021-09-22"),  # Mid-autumn 19–21
        ("2021-09-30", 1, "2021-10-08"),
        ("2021-09-30", 2, "2021-10-09"),  # a worked Saturday
        ("2021-10-12", 3, "2021-10-15"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-11-20", 3, "2026-11-25"),
        ("2021-10-02", 0, "2021-10-08"),
        ("2021-10-12", 0, "2021-10-12"),
    ],
)
def test_working_days_exclude_the_first_day(start: str, count: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), count, CAL) == (date.fromisoformat(end), False)


def test_a_period_that_enters_an_unknown_year_is_provisional() -> None:
    assert add_working_days(date(2026, 12, 30), 1, CAL) == (date(2026, 12, 31), False)
    assert add_working_days(date(2026, 12, 30), 2, CAL) == (date(2027, 1, 4), True)
    assert add_calendar_days(date(2026, 12, 1), 40, CAL) == (date(2027, 1, 11), True)
    assert add_months(date(2026, 12, 1), 3, CAL).provisional
    assert add_working_days(date(2027, 3, 1), 0, CAL).provisional


def test_loading_the_plan_makes_the_year_certain_and_moves_the_deadline() -> None:
    plan = YearPlan(2027, frozenset({date(2027, 1, 1), date(2027, 1, 4)}), frozenset({date(2027, 1, 9)}))
    later = CAL.with_plan(plan)
    assert add_working_days(date(2026, 12, 30), 2, later) == (date(2027, 1, 5), False)
    assert later.is_workday(date(2027, 1, 9))
    assert not CAL.known(2027)


def test_the_last_days_of_december_wait_for_the_next_plan_when_new_year_could_move_them() -> None:
    until_2018 = WorkingCalendar({2018: CAL.plans[2018]})
    assert not until_2018.certain(date(2018, 12, 29))  # 1 January 2019 was a Tuesday: 29 worked, 31 off
    assert until_2018.certain(date(2018, 12, 28))
    assert WorkingCalendar({2018: CAL.plans[2018], 2019: CAL.plans[2019]}).certain(date(2018, 12, 29))
    assert CAL.certain(date(2026, 12, 31))  # 1 January 2027 is a Friday


def test_the_last_day_rolls_off_a_holiday() -> None:
    assert add_calendar_days(date(2021, 9, 26), 5, CAL) == (date(2021, 10, 8), False)
    assert add_months(date(2021, 7, 1), 3, CAL) == (date(2021, 10, 8), False)
    assert add_months(date(2021, 11, 30), 3, CAL) == (date(2022, 2, 28), False)
    assert add_months(date(2023, 12, 29), 2, CAL) == (date(2024, 2, 29), False)


def test_a_region_may_add_days_of_its_own() -> None:
    local = CAL.with_local_days(holidays=frozenset({date(2026, 11, 23)}), workdays=frozenset({date(2026, 11, 22)}))
    assert not local.is_workday(date(2026, 11, 23))
    assert local.is_statutory_holiday(date(2026, 11, 23))
    assert local.is_workday(date(2026, 11, 22))
    assert add_working_days(date(2026, 11, 20), 2, local).day == date(2026, 11, 24)


def test_counting_back_agrees_with_counting_forward() -> None:
    start = date(2021, 9, 1)
    for count in range(60):
        end = add_working_days(start, count, CAL).day
        assert working_days_between(start, end, CAL) == count


@pytest.mark.parametrize("add", [add_working_days, add_calendar_days, add_months])
def test_a_negative_period_is_refused(add: object) -> None:
    with pytest.raises(ValueError, match="negative"):
        add(date(2021, 1, 1), -1, CAL)  # type: ignore[operator]


def test_the_missing_year_is_asked_for_from_october_on() -> None:
    cal = national_calendar()
    assert cal.missing_year(date(2026, 9, 30)) is None
    assert cal.missing_year(date(2026, 10, 1)) == 2027
    assert cal.missing_year(date(2027, 1, 1)) == 2027
    known = cal.with_plan(YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset()))
    assert known.missing_year(date(2026, 12, 31)) is None
    assert known.version() != cal.version()
    assert cal.version() == national_calendar().version()


def test_a_span_rests_on_an_unknown_year_as_soon_as_one_of_its_days_does() -> None:
    cal = national_calendar()
    assert not cal.rests_on_unknown(date(2026, 12, 24), date(2026, 12, 31))
    assert cal.rests_on_unknown(date(2026, 12, 31), date(2027, 1, 1))
