"""When a notified cut may be made (gate 3), and the checklist before it (gate 4)."""

from datetime import date, datetime, timedelta

import pytest

from cases.policy.calendar import national_calendar
from cases.policy.dated import CHINA
from cases.policy.execution import (
    Window,
    checklist_items,
    checklist_obstacles,
    execution_obstacles,
    execution_window,
    next_permitted,
    notice_rule,
    window_obstacles,
)

CAL = national_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


SERVED = at("2026-11-20 10:00")
WINDOW = Window(at("2026-11-23 10:00"), at("2026-11-27 10:00"))


@pytest.mark.parametrize(
    ("user_class", "region", "earliest", "latest"),
    [
        ("ordinary", "320300", "2026-11-23 10:00", "2026-11-27 10:00"),
        ("important", "320300", "2026-11-23 10:00", "2026-11-27 10:00"),
        ("residential", "320300", "2026-11-27 10:00", "2026-12-04 10:00"),
        ("ordinary", "310115", "2026-11-21 10:00", "2026-11-27 10:00"),
        ("ordinary", "370102", "2026-11-27 10:00", "2026-12-04 10:00"),
        ("residential", "310115", "2026-11-27 10:00", "2026-12-04 10:00"),
    ],
)
def test_the_window_follows_the_class_and_the_region(user_class: str, region: str, earliest: str, latest: str) -> None:
    assert execution_window(SERVED, user_class, region) == (at(earliest), at(latest))


def test_a_region_may_override_the_periods_but_not_to_nonsense() -> None:
    own = {"minimum_hours": 120, "maximum_hours": 240, "second_notice_minutes": 60}
    assert execution_window(SERVED, "ordinary", "320300", own) == (at("2026-11-25 10:00"), at("2026-11-30 10:00"))
    assert notice_rule("ordinary", "320300", date(2026, 11, 20), own).second_notice == timedelta(hours=1)
    with pytest.raises(ValueError, match="minimum notice"):
        execution_window(SERVED, "ordinary", "320300", {"minimum_hours": 0})
    with pytest.raises(ValueError, match="minimum notice"):
        execution_window(SERVED, "ordinary", "320300", {"maximum_hours": 72})
    with pytest.raises(KeyError):
        execution_window(SERVED, "royal")
    with pytest.raises(ValueError, match="aware"):
        execution_window(datetime(2026, 11, 20), "ordinary")  # noqa: DTZ001


def codes(now: str, second: str | None, *, stay: bool = False, window: Window | None = WINDOW) -> list[str]:
    given = at(second) if second else None
    return [o.code for o in execution_obstacles(at(now), window, given, stay, CAL)]


@pytest.mark.parametrize(
    ("now", "second", "expected"),
    [
        ("2026-11-24 10:00", "2026-11-24 09:30", []),  # exactly thirty minutes
        ("2026-11-24 10:00", "2026-11-24 09:31", ["second_notice_too_late"]),
        ("2026-11-24 10:00", "2026-11-24 10:30", ["second_notice_too_late"]),  # in the future
        ("2026-11-24 10:00", "2026-11-23 16:00", ["second_notice_stale"]),
        ("2026-11-24 10:00", None, ["no_second_notice"]),
        ("2026-11-23 10:00", "2026-11-23 09:00", []),  # the first instant
        ("2026-11-23 09:59", "2026-11-23 09:00", ["before_window"]),
        ("2026-11-27 10:00", "2026-11-27 09:00", []),  # the last instant
        ("2026-11-27 10:01", "2026-11-27 09:00", ["after_window"]),
        ("2026-11-24 21:59", "2026-11-24 21:00", []),
        ("2026-11-24 22:00", "2026-11-24 21:00", ["night"]),
        ("2026-11-24 05:59", "2026-11-24 05:00", ["night"]),
        ("2026-11-24 06:00", "2026-11-24 05:00", []),
        ("2026-11-24 00:30", "2026-11-24 00:00", ["night"]),
    ],
)
def test_the_cut_has_its_hours_and_its_second_notice(now: str, second: str, expected: list[str]) -> None:
    assert codes(now, second) == expected


def test_a_stay_an_unserved_notice_and_a_holiday_each_stop_it() -> None:
    assert codes("2026-11-24 10:00", "2026-11-24 09:00", stay=True) == ["stayed"]
    assert codes("2026-11-24 10:00", "2026-11-24 09:00", window=None) == ["not_served"]
    festival = Window(at("2026-09-24 10:00"), at("2026-10-09 10:00"))
    assert codes("2026-09-25 10:00", "2026-09-25 09:00", window=festival) == ["statutory_holiday"]  # Mid-autumn
    assert codes("2026-10-01 10:00", "2026-10-01 09:00", window=festival) == ["statutory_holiday"]
    assert codes("2026-10-06 10:00", "2026-10-06 09:00", window=festival) == ["statutory_holiday"]  # bridging day
    assert codes("2026-10-08 10:00", "2026-10-08 09:00", window=festival) == []


def test_an_ordinary_weekend_is_no_statutory_holiday() -> None:
    weekend = Window(at("2026-11-20 10:00"), at("2026-11-27 10:00"))
    assert codes("2026-11-21 10:00", "2026-11-21 09:00", window=weekend) == []


def test_nothing_rests_on_a_year_without_a_calendar() -> None:
    turn = Window(at("2026-12-30 10:00"), at("2027-01-06 10:00"))
    assert codes("2027-01-05 10:00", "2027-01-05 09:00", window=turn) == ["provisional_day"]
    assert codes("2027-01-01 10:00", "2027-01-01 09:00", window=turn) == ["statutory_holiday", "provisional_day"]
    assert codes("2026-12-31 10:00", "2026-12-31 09:00", window=turn) == []
    assert [o.code for o in window_obstacles(turn, CAL)] == ["provisional_day"]
    assert "2027-01-01" in window_obstacles(turn, CAL)[0].zh


def test_a_window_of_nothing_but_holidays_is_not_worth_a_notice() -> None:
    festival = execution_window(at("2026-02-12 10:00"), "ordinary")  # 15 to 19 February: Spring Festival
    assert [o.code for o in window_obstacles(festival, CAL)] == ["window_without_time"]
    assert window_obstacles(execution_window(at("2026-02-17 10:00"), "ordinary"), CAL) == []
    assert window_obstacles(WINDOW, CAL) == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24 23:00", "2026-11-25 06:00"),
        ("2026-11-25 03:00", "2026-11-25 06:00"),
        ("2026-09-30 22:30", "2026-10-08 06:00"),
        ("2026-10-01 12:00", "2026-10-08 06:00"),
    ],
)
def test_the_next_permitted_instant_skips_nights_and_holidays(start: str, expected: str) -> None:
    assert next_permitted(at(start), CAL) == at(expected)


def test_utc_instants_are_judged_by_the_clock_in_china() -> None:
    from datetime import UTC

    now = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 22:00 in China
    found = execution_obstacles(now, WINDOW, now - timedelta(hours=1), False, CAL)
    assert [o.code for o in found] == ["night"]


def test_a_longer_second_notice_of_the_region_is_kept() -> None:
    now = at("2026-11-24 10:00")
    given = at("2026-11-24 09:15")
    hour = timedelta(hours=1)
    found = execution_obstacles(now, WINDOW, given, False, CAL, second_notice=hour)
    assert [o.code for o in found] == ["second_notice_too_late"]
    assert "60分钟" in found[0].zh
    assert "2026-11-24 10:15" in found[0].zh


ITEMS = [item for item, _, _ in checklist_items()]


def test_the_checklist_has_the_seven_lines_of_the_rule() -> None:
    assert ITEMS == [
        "other_users_unaffected", "public_safety", "no_medical_device", "no_fire_pump", "no_breeding_load",
        "no_lift_load", "circuit_separate",
    ]  # fmt: skip


def test_a_checklist_of_yes_passes() -> None:
    assert checklist_obstacles(dict.fromkeys(ITEMS, True), date(2026, 11, 24)) == []


@pytest.mark.parametrize("item", ITEMS)
def test_any_no_ends_in_a_refusal_and_any_gap_in_a_question(item: str) -> None:
    day = date(2026, 11, 24)
    refused = checklist_obstacles({**dict.fromkeys(ITEMS, True), item: False}, day)
    assert [(o.code, o.missing) for o in refused] == [("checklist_failed", (item,))]
    blank = {other: True for other in ITEMS if other != item}
    assert [(o.code, o.missing) for o in checklist_obstacles(blank, day)] == [("checklist_incomplete", (item,))]


def test_the_checklist_refusal_names_the_lines() -> None:
    found = checklist_obstacles(
        {**dict.fromkeys(ITEMS, True), "no_fire_pump": False, "no_lift_load": False}, date(2026, 11, 24)
    )
    assert "无消防水泵等消防设施用电、无电梯用电" in found[0].zh
    assert "no fire pump is fed; no lift is fed" in found[0].en
