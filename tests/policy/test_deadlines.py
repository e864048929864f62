"""Deadlines by the clock of Asia/Shanghai, and elapsed office time against a slow minute-by-minute count."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.policy import deadlines
from cases.policy.calendar import national_calendar
from cases.policy.dated import CHINA
from cases.policy.deadlines import due_at, working_seconds

CAL = national_calendar()

# The specification's own list: kind, amount, unit.
SPECIFIED = {
    "triage": (3, "working_days"),
    "accept_task": (2, "working_days"),
    "trace_subscriber": (5, "working_days"),
    "check_consumption": (5, "working_days"),
    "analyse_traffic": (5, "working_days"),
    "inspect_site": (10, "working_days"),
    "determine": (3, "working_days"),
    "review_exclusion": (2, "working_days"),
    "review_determination": (2, "working_days"),
    "review_closure": (2, "working_days"),
    "review_bill": (2, "working_days"),
    "sign_suspension_order": (2, "working_days"),
    "approve_suspension": (2, "working_days"),
    "countersign_important_user": (2, "working_days"),
    "issue_surcharge_list": (2, "working_days"),
    "confirm_suspension": (1, "working_days"),
    "decide_objection": (3, "working_days"),
    "restore_supply": (24, "hours"),
    "notify_subscriber": (3, "working_days"),
    "answer_urge": (1, "working_days"),
    "acknowledge_referral": (5, "working_days"),
    "receive_transfer": (2, "working_days"),
    "answer_assistance": (5, "working_days"),
    "reply_referral": (10, "working_days"),
    "advise_owner": (5, "working_days"),
    "decide_extension": (1, "working_days"),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize("kind", sorted(SPECIFIED))
def test_each_kind_has_the_specified_period(kind: str) -> None:
    assert deadlines.default_period(kind) == SPECIFIED[kind]


def test_every_task_of_the_permission_matrix_has_a_deadline() -> None:
    opened = {
        "triage", "rule_on_return", "decide_extension", "review_monitoring", "trace_subscriber", "check_consumption",
        "analyse_traffic", "inspect_site", "review_exclusion", "answer_assistance", "review_determination", "determine",
        "advise_owner", "confirm_suspension", "approve_suspension", "serve_notice", "countersign_important_user",
        "execute_suspension", "decide_objection", "restore_supply", "confirm_restoration", "issue_surcharge_list",
        "acknowledge_surcharge", "notify_subscriber", "plan_surcharge", "issue_bill", "review_bill", "close",
        "review_closure", "follow_up", "acknowledge_referral", "reply_referral", "receive_transfer", "answer_urge",
        "sign_suspension_order", "end_surcharge",
    }  # fmt: skip
    assert opened <= deadlines.kinds()


def test_working_days_end_at_six_in_the_evening_of_the_last_day() -> None:
    found = due_at("triage", at("2026-11-20 10:00"), CAL)
    assert found == (at("2026-11-25 18:00"), "triage:3 working_days", False)


def test_the_first_day_is_the_day_in_china_not_in_utc() -> None:
    late = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # 01:00 on the 20th in China
    assert due_at("triage", late, CAL).at == at("2026-11-25 18:00")


def test_hours_run_through_nights_and_holidays() -> None:
    found = due_at("restore_supply", at("2026-10-01 20:00"), CAL)
    assert found == (at("2026-10-02 20:00"), "restore_supply:24 hours", False)


def test_calendar_days_roll_off_a_day_off() -> None:
    assert due_at("follow_up", at("2026-09-02 09:00"), CAL).at == at("2026-10-08 18:00")


def test_a_deadline_in_an_unknown_year_is_provisional() -> None:
    assert due_at("inspect_site", at("2026-12-25 09:00"), CAL).provisional
    assert not due_at("restore_supply", at("2026-12-31 23:00"), CAL).provisional


@pytest.mark.parametrize("override", [{"unit": "working_days", "amount": 1}, {"working_days": 1}])
def test_a_region_may_have_its_own_period(override: dict[str, object]) -> None:
    found = due_at("triage", at("2026-11-20 10:00"), CAL, override)
    assert found == (at("2026-11-23 18:00"), "triage:1 working_days (region)", False)
    assert deadlines.describe(found.rule)[0] == "1个工作日，至当日18时（本地区规定）"


@pytest.mark.parametrize(
    "override", [{}, {"weeks": 2}, {"working_days": -1}, {"working_days": True}, {"unit": "hours"}]
)
def test_an_override_that_is_no_period_is_refused(override: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a period"):
        due_at("triage", at("2026-11-20 10:00"), CAL, override)


def test_an_unknown_kind_and_a_naive_start_are_refused() -> None:
    with pytest.raises(KeyError, match="no deadline"):
        due_at("dance", at("2026-11-20 10:00"), CAL)
    with pytest.raises(ValueError, match="aware"):
        due_at("triage", datetime(2026, 11, 20), CAL)  # noqa: DTZ001


def test_a_stored_rule_can_be_read_by_people() -> None:
    assert deadlines.describe("restore_supply:24 hours") == ("24小时", "24 hours")
    assert deadlines.describe("triage:3 working_days")[1] == "3 working days, until 18:00"


def test_office_time_skips_nights_weekends_and_pauses() -> None:
    friday, monday = at("2026-11-20 17:00"), at("2026-11-23 10:00")
    assert working_seconds(friday, monday, CAL) == 2 * 3600
    pause = [(at("2026-11-20 17:30"), at("2026-11-23 09:30")), (at("2026-11-23 09:15"), at("2026-11-23 09:45"))]
    assert working_seconds(friday, monday, CAL, pause) == 45 * 60
    assert working_seconds(monday, friday, CAL) == 0
    assert deadlines.working_days(9 * 3600) == 1.0


def _slow(start: datetime, end: datetime, pauses: list[tuple[datetime, datetime]]) -> int:
    minutes = 0
    while start < end:
        local = start.astimezone(CHINA)
        if 9 <= local.hour < 18 and CAL.is_workday(local.date()) and not any(a <= start < b for a, b in pauses):
            minutes += 1
        start += timedelta(minutes=1)
    return minutes * 60


instants = st.integers(0, 12 * 24 * 60).map(lambda m: datetime(2021, 9, 15, tzinfo=UTC) + timedelta(minutes=m))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(instants, instants, st.lists(st.tuples(instants, instants), max_size=4))
def test_office_time_equals_the_slow_count(
    start: datetime, end: datetime, pauses: list[tuple[datetime, datetime]]
) -> None:
    assert working_seconds(start, end, CAL, pauses) == _slow(start, end, pauses)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(instants, st.integers(0, 40 * 3600))
def test_advancing_by_office_time_and_measuring_it_agree(start: datetime, seconds: int) -> None:
    assert working_seconds(start, deadlines.advance(start, seconds, CAL), CAL) == seconds


def test_a_pause_moves_the_deadline_by_the_office_time_it_took() -> None:
    due = at("2026-11-25 18:00")
    pause = [(at("2026-11-23 09:00"), at("2026-11-24 18:00"))]
    assert deadlines.postponed(due, pause, CAL) == at("2026-11-27 18:00")
    late = (at("2026-11-26 09:00"), at("2026-11-26 18:00"))  # begins after the old deadline, before the moved one
    assert deadlines.postponed(due, [*pause, late], CAL) == at("2026-11-30 18:00")
    after = (at("2026-12-20 09:00"), at("2026-12-21 18:00"))
    assert deadlines.postponed(due, [after], CAL) == due


def test_a_stored_rule_is_counted_again_by_the_same_length_and_pauses() -> None:
    start = at("2026-11-20 16:00")
    for kind in ("inspect_site", "follow_up"):
        first = due_at(kind, start, CAL)
        assert deadlines.counted_again(first.rule, start, [], CAL) == first
    own = due_at("inspect_site", start, CAL, {"working_days": 4})
    assert own.rule.endswith("(region)")
    assert deadlines.counted_again(own.rule, start, [], CAL) == own
    pause = [(at("2026-11-23 09:00"), at("2026-11-24 18:00"))]
    moved = deadlines.counted_again("check_consumption:5 working_days", start, pause, CAL)
    assert moved is not None
    assert moved.at == at("2026-12-01 18:00")
    assert deadlines.counted_again("named", start, [], CAL) is None
    assert deadlines.counted_again("restore_supply:24 hours", start, [], CAL) is None
