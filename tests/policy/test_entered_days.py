"""What regions say of days of their own, and plans out of files."""

from __future__ import annotations

from datetime import date

import pytest

from cases.policy.calendar import YearPlan, add_working_days, national_calendar
from cases.policy.entered.days import (
    DISASTER,
    HOLIDAY,
    NATIONAL,
    WORKDAY,
    BadPlan,
    LocalDay,
    calendar_of,
    local_days,
    plan_of,
    read_plan,
    stored,
)

CAL = national_calendar()
MONDAY, TUESDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 22)
PLAN = """日期,安排
2027-01-01/2027-01-03,休
2027-02-05/2027-02-11,休
2027-01-09,班
2027-02-14,班
"""


def said(region: str, kind: str, first: date, last: date | None = None) -> LocalDay:
    return LocalDay(region, kind, first, last or first)


def test_the_nearest_region_goes_before_those_around_it_day_by_day() -> None:
    city = said("3203", HOLIDAY, MONDAY, TUESDAY)
    county = said("320303", WORKDAY, TUESDAY)
    for order in ([city, county], [county, city]):
        assert local_days("320303", order) == ({MONDAY}, {TUESDAY})
    assert local_days("320302", [city, county]) == ({MONDAY, TUESDAY}, set())
    assert local_days("3204", [city, county]) == (set(), set())
    assert local_days("32", [city, county]) == (set(), set())


def test_a_county_may_stay_with_the_national_plan() -> None:
    days = [said("3203", DISASTER, MONDAY), said("320303", NATIONAL, MONDAY)]
    assert calendar_of("320303", CAL, {}, days).is_workday(MONDAY)
    assert not calendar_of("320302", CAL, {}, days).is_workday(MONDAY)


def test_local_days_and_entered_plans_make_another_calendar_and_none_makes_the_same() -> None:
    assert calendar_of("320303", CAL, {2026: CAL.plans[2026]}, []) is CAL
    off = calendar_of("320303", CAL, {}, [said("32", HOLIDAY, MONDAY)])
    on = calendar_of("320303", CAL, {}, [said("32", WORKDAY, SUNDAY)])
    assert len({CAL.version(), off.version(), on.version()}) == 3
    assert add_working_days(date(2026, 11, 20), 1, off).day == TUESDAY
    assert add_working_days(date(2026, 11, 20), 1, on).day == SUNDAY
    plan = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset())
    assert calendar_of("", CAL, {2027: plan}, []).known(2027)


def test_a_plan_is_read_from_lines_and_from_json_alike() -> None:
    plan = read_plan(2027, PLAN)
    assert len(plan.holidays) == 10
    assert plan.workdays == {date(2027, 1, 9), date(2027, 2, 14)}
    json = '{"holidays": ["2027-01-01/2027-01-03", "2027-02-05/2027-02-11"], "workdays": ["2027-01-09", "2027-02-14"]}'
    assert read_plan(2027, json) == plan == plan_of(2027, stored(plan))
    assert read_plan(2027, "\ufeff" + PLAN.replace("休", "holiday").replace("班", "workday")) == plan


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PLAN + "2027-13-01,休", "日期"),
        (PLAN + "2027-05-01/2027-09-01,休", "日期"),
        (PLAN + "2027-05-01,假", "第 6 行"),
        (PLAN + "2028-01-01,休", "不在 2027 年内"),
        (PLAN + "2027-01-02,班", "既放假又上班"),
        (PLAN + "2027-05-04,班", "不是周末"),
        (PLAN.replace("2027-01-01/2027-01-03,休\n", "2027-10-01/2027-10-03,休\n"), "元旦"),
        ("2027-01-01,休", "不像一年"),
        ('{"holidays": "x"}', "holidays"),
        ("{", "JSON"),
    ],
)
def test_what_is_no_plan_is_refused_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadPlan) as refused:
        read_plan(2027, text)
    assert says in refused.value.zh
