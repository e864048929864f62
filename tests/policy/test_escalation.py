"""催办 → 督办 → 通报: when each step of a deadline falls due, by whose calendar and rule, and the same turned round."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.policy import escalation
from cases.policy.calendar import WorkingCalendar, national_calendar
from cases.policy.dated import CHINA
from cases.policy.escalation import NEEDLESS, OVERTAKEN, STEPS, TOLD, Override, cutoff, due_steps, instant, rule_on

CAL = national_calendar()
RULE = rule_on(date(2026, 11, 23), "320303")
LONG_AGO = datetime(2020, 1, 1, tzinfo=CHINA)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def times(due: str, cal: WorkingCalendar = CAL, rule: escalation.Rule = RULE) -> list[str]:
    return [f"{instant(step, at(due), rule, cal):%Y-%m-%d %H:%M}" for step in STEPS]


def steps(due: str, now: str, *, since: datetime = LONG_AGO, done: int = 0) -> list[tuple[str, bool, str]]:
    return [(s.step, s.late, s.outcome) for s in due_steps(at(due), since, done, at(now), RULE, CAL)]


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        # An ordinary week, into the next.
        (
            "2026-11-24 18:00",
            ["2026-11-23 09:00", "2026-11-24 09:00", "2026-11-24 18:00", "2026-11-26 09:00", "2026-12-01 09:00"],
        ),
        # The reminder of a Monday comes on the Friday; the month turns.
        (
            "2026-11-30 18:00",
            ["2026-11-27 09:00", "2026-11-30 09:00", "2026-11-30 18:00", "2026-12-02 09:00", "2026-12-07 09:00"],
        ),
        # 调休: 2025-09-28 (Sunday) and 2025-10-11 (Saturday) are worked, 1 to 8 October are not.
        (
            "2025-09-30 18:00",
            ["2025-09-29 09:00", "2025-09-30 09:00", "2025-09-30 18:00", "2025-10-10 09:00", "2025-10-14 09:00"],
        ),
        (
            "2025-10-09 18:00",
            ["2025-09-30 09:00", "2025-10-09 09:00", "2025-10-09 18:00", "2025-10-11 09:00", "2025-10-15 09:00"],
        ),
        # The year turns; 1 January 2025 is off.
        (
            "2024-12-31 18:00",
            ["2024-12-30 09:00", "2024-12-31 09:00", "2024-12-31 18:00", "2025-01-03 09:00", "2025-01-08 09:00"],
        ),
        # A deadline in hours, in the night of a Sunday: on the day means before it.
        (
            "2026-11-22 03:00",
            ["2026-11-20 09:00", "2026-11-22 03:00", "2026-11-22 03:00", "2026-11-24 09:00", "2026-11-27 09:00"],
        ),
    ],
)
def test_the_steps_of_a_deadline_follow_the_working_days(due: str, expected: list[str]) -> None:
    assert times(due) == expected


def test_a_region_with_days_of_its_own_counts_by_them() -> None:
    own = CAL.with_local_days(holidays=frozenset({date(2026, 11, 25)}), workdays=frozenset({date(2026, 11, 28)}))
    assert times("2026-11-24 18:00", own)[3:] == ["2026-11-27 09:00", "2026-12-01 09:00"]
    assert times("2026-11-26 18:00", own)[0] == "2026-11-24 09:00"
    # The Saturday that is worked there is a day before the Monday.
    assert times("2026-11-30 18:00", own)[0] == "2026-11-28 09:00"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23 09:00", [("tomorrow", False, TOLD)]),
        ("2026-11-23 09:06", [("tomorrow", True, TOLD)]),
        # No day too late: nobody reads "tomorrow" on the day itself, nor "today" after its end.
        ("2026-11-24 08:59", [("tomorrow", True, OVERTAKEN)]),
        ("2026-11-24 09:00", [("tomorrow", True, OVERTAKEN), ("today", False, TOLD)]),
        (
            "2026-11-24 18:00",
            [("tomorrow", True, OVERTAKEN), ("today", True, OVERTAKEN), ("overdue", False, TOLD)],
        ),
        # Three days of downtime, and more: each step once, in order, marked late.
        (
            "2026-11-27 08:00",
            [
                ("tomorrow", True, OVERTAKEN),
                ("today", True, OVERTAKEN),
                ("overdue", True, TOLD),
                ("pressed", True, TOLD),
            ],
        ),
        (
            "2026-12-01 09:01",
            [
                ("tomorrow", True, OVERTAKEN),
                ("today", True, OVERTAKEN),
                ("overdue", True, TOLD),
                ("pressed", True, TOLD),
                ("reported", False, TOLD),
            ],
        ),
    ],
)
def test_what_fell_due_while_the_system_was_down(now: str, expected: list[tuple[str, bool, str]]) -> None:
    assert steps("2026-11-24 18:00", now) == expected
    for done in range(len(expected) + 1):
        assert steps("2026-11-24 18:00", now, done=done) == expected[done:]


def test_a_deadline_that_was_set_after_a_reminder_needs_none() -> None:
    opened = at("2026-11-23 14:00")
    assert steps("2026-11-24 18:00", "2026-11-23 14:01", since=opened) == [("tomorrow", False, NEEDLESS)]
    # Set when it had passed already: what follows falls due then, and is not late.
    set_late = at("2026-11-26 14:00")
    found = due_steps(at("2026-11-24 18:00"), set_late, 0, at("2026-11-26 14:01"), RULE, CAL)
    assert [(s.step, s.fell_at, s.late, s.outcome) for s in found[2:]] == [
        ("overdue", set_late, False, TOLD),
        ("pressed", set_late, False, TOLD),
    ]
    # In the night, "today" would be said at the deadline itself.
    assert steps("2026-11-22 03:00", "2026-11-22 03:00")[1] == ("today", False, NEEDLESS)


CITY = Override("3203", date(2026, 12, 1), date(2027, 1, 1), {"pressed": 3, "reported": 7}, "徐发改〔2026〕12号")
DISTRICT = Override("320303", date(2026, 12, 10), None, {"tomorrow": 2}, "云发改〔2026〕3号")


def test_the_rule_of_the_day_of_a_deadline_holds_and_the_nearest_region_goes_first() -> None:
    assert rule_on(date(2026, 11, 30), "320302", [CITY, DISTRICT]).own == frozenset()
    city = rule_on(date(2026, 12, 31), "320302", [CITY, DISTRICT])
    assert (city.tomorrow, city.pressed, city.reported, city.source) == (1, 3, 7, CITY.source)
    district = rule_on(date(2026, 12, 31), "320303", [CITY, DISTRICT])
    # A district's rule replaces the city's; the parts it does not name are the release's.
    assert (district.tomorrow, district.pressed, district.name) == (2, 2, "-2 0 +0 +2 +5 (320303)")
    assert rule_on(date(2026, 12, 31), "330100", [CITY, DISTRICT]) == rule_on(date(2026, 11, 1), "330100")


def test_the_versions_of_a_region_leave_no_gap() -> None:
    found = escalation.versions("320303", [CITY, DISTRICT])
    assert [(v.since, v.until, v.rule.name) for v in found] == [
        (None, date(2026, 12, 1), "-1 0 +0 +2 +5"),
        (date(2026, 12, 1), date(2026, 12, 10), "-1 0 +0 +3 +7 (3203)"),
        (date(2026, 12, 10), None, "-2 0 +0 +2 +5 (320303)"),
    ]
    assert [v.until for v in escalation.versions("110101", [CITY, DISTRICT])] == [None]


def test_a_rule_that_ends_gives_way_to_the_one_around_it() -> None:
    for_ten_days = DISTRICT._replace(until=date(2026, 12, 20))
    found = escalation.versions("320303", [CITY, for_ten_days])
    assert [(v.since, v.until, v.rule.region) for v in found[1:]] == [
        (date(2026, 12, 1), date(2026, 12, 10), "3203"),
        (date(2026, 12, 10), date(2026, 12, 20), "320303"),
        (date(2026, 12, 20), date(2027, 1, 1), "3203"),
        (date(2027, 1, 1), None, ""),
    ]
    assert rule_on(date(2026, 12, 19), "320303", [for_ten_days]).own == frozenset({"tomorrow"})
    assert rule_on(date(2026, 12, 20), "320303", [for_ten_days]).own == frozenset()


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        None,
        {"today": 1},
        {"tomorrow": 0},
        {"tomorrow": True},
        {"pressed": "3"},
        {"pressed": 5},
        {"overdue": 2},
        {"overdue": -1},
        {"reported": 2},
        {"reported": 251},
        {"tomorrow": 21},
    ],
)
def test_what_is_no_rule_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"steps|parts|cannot"):
        escalation.changed(RULE, Override("3203", date(2026, 1, 1), None, value, "x"))  # type: ignore[arg-type]


def test_who_hears() -> None:
    assert [escalation.whom(step).to for step in STEPS] == ["holder", "holder", "agency", "commission", "supervision"]
    assert escalation.whom("overdue").roles == ("reviewer",)


_INSTANTS = st.integers(0, 60 * 24 * 430).map(lambda n: at("2024-12-20") + timedelta(minutes=n))
_DAYS = st.frozensets(st.dates(date(2025, 1, 1), date(2026, 2, 1)), max_size=12)
_RULES = st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(4, 6), st.integers(7, 12))


@settings(max_examples=400, deadline=None)
@given(due=_INSTANTS, ahead=st.integers(-20 * 24 * 60, 40 * 24 * 60), off=_DAYS, on=_DAYS, numbers=_RULES)
@example(due=at("2025-10-09 18:00"), ahead=0, off=frozenset(), on=frozenset(), numbers=(1, 0, 2, 5))
def test_a_step_has_fallen_due_exactly_where_the_deadline_lies_before_the_cutoff(
    due: datetime, ahead: int, off: frozenset[date], on: frozenset[date], numbers: tuple[int, int, int, int]
) -> None:
    cal = CAL.with_local_days(holidays=off, workdays=on)
    rule = RULE._replace(**dict(zip(("tomorrow", "overdue", "pressed", "reported"), numbers, strict=True)))
    now = due + timedelta(minutes=ahead)
    fallen = [step for step in STEPS if instant(step, due, rule, cal) <= now]
    assert [step for step in STEPS if due < cutoff(step, now, rule, cal)] == fallen
    # They fall due in their order, so that one number says how far a deadline has got.
    assert [s.step for s in due_steps(due, LONG_AGO, 0, now, rule, cal)] == fallen == list(STEPS[: len(fallen)])
    for step in STEPS:
        at_it = instant(step, due, rule, cal)
        assert due < cutoff(step, at_it, rule, cal)
        assert not due < cutoff(step, at_it - timedelta(microseconds=1), rule, cal)


def test_regions_of_one_family_have_the_same_rules() -> None:
    codes = ("320302", "320303", "320311", "330106", "110101")
    families = {code: escalation.family_of(code, [CITY, DISTRICT]) for code in codes}
    assert families["320302"] == families["320311"] != families["320303"]
    assert families["330106"] == families["110101"] != families["320302"]
    for one in codes:
        for other in codes:
            same = escalation.versions(one, [CITY, DISTRICT]) == escalation.versions(other, [CITY, DISTRICT])
            assert same == (families[one] == families[other])
