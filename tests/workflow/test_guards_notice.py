"""Gates 3 and 4: the window, the second notice, night, holidays, stays and the checklist."""

from __future__ import annotations

import pytest

from tests.workflow.desk import CHECKS, Desk, at


def ready(now: str = "2026-11-03 10:00") -> Desk:
    """Approved, the notice about to be served."""
    return Desk(now).verified().determined("suspension").signed().approved()


def served(now: str = "2026-11-03 10:00") -> Desk:
    return ready(now).served()


def cut(desk: Desk, **more: object) -> str:
    return desk.refused("grid-crew1", "execute_suspension", **desk.execution(**more)).code


def test_the_window_opens_three_days_after_the_service_and_closes_after_seven() -> None:
    desk = served()
    assert desk.fact("suspension", "notice", "window_from") == "2026-11-06T02:00:00.000000Z"
    assert desk.fact("suspension", "notice", "window_to") == "2026-11-10T02:00:00.000000Z"
    assert desk.task("execute_suspension").due_at.isoformat() == "2026-11-10T02:00:00+00:00"


def test_the_window_is_what_the_notice_says_where_the_rule_has_become_another_since() -> None:
    """The notice is made with the approval: the user was told its periods, and the rule of the day binds as well."""
    desk = ready()
    announced = desk.fact("suspension", "announced")
    assert announced == {"minimum_hours": 72, "maximum_hours": 168, "second_notice_minutes": 30}
    announced |= {"minimum_hours": 96, "maximum_hours": 120}
    desk.served()
    assert desk.fact("suspension", "notice", "window_from") == "2026-11-07T02:00:00.000000Z"
    assert desk.fact("suspension", "notice", "window_to") == "2026-11-08T02:00:00.000000Z"


def test_nothing_is_served_before_the_paper_exists() -> None:
    desk = ready()
    del desk.fact("suspension")["paper"]
    assert desk.asked("grid-crew1", "serve_notice").code == "no_paper"
    assert desk.refused("grid-crew1", "serve_notice", **desk.service()).code == "no_paper"


def test_no_cut_before_the_window() -> None:
    desk = served()
    desk.later(days=2)
    error = desk.refused("grid-crew1", "execute_suspension", **desk.execution())
    assert error.code == "before_window"
    assert "最早可在2026-11-06 10:00停电" in error.text.zh
    assert desk.asked("grid-crew1", "execute_suspension").code == "before_window"


def test_a_missed_window_needs_a_new_notice() -> None:
    desk = served()
    error = desk.refused("grid-reviewer1", "lapse_notice", reason_code="window_missed")
    assert error.code == "window_open"
    desk.later(days=8)
    assert cut(desk) == "after_window"
    desk.act("grid-reviewer1", "lapse_notice", reason_code="window_missed")
    assert desk.tasks == ["serve_notice"]
    assert "notice" not in desk.fact("suspension")
    desk.cut()
    assert desk.fact("suspension", "lapses") == 1


def test_the_second_notice_comes_thirty_minutes_before_on_the_same_day() -> None:
    desk = served()
    desk.later(days=4)
    assert cut(desk) == "no_second_notice"
    desk.warned().later(minutes=29)
    assert cut(desk) == "second_notice_too_late"
    desk.later(minutes=1)
    desk.act("grid-crew1", "execute_suspension", **desk.execution())


def test_yesterdays_second_notice_is_stale() -> None:
    desk = served()
    desk.later(days=4)
    desk.warned().later(days=1)
    assert cut(desk) == "second_notice_stale"


@pytest.mark.parametrize("clock", ["22:00", "05:59"])
def test_no_cut_at_night(clock: str) -> None:
    desk = served("2026-11-03 21:00")
    desk.later(days=4)
    desk.now = desk.now.replace(hour=int(clock[:2]), minute=0)
    desk.warned()
    desk.later(minutes=59)
    assert cut(desk) == "night"


def test_no_cut_on_a_statutory_holiday() -> None:
    desk = served("2026-09-26 10:00")
    desk.later(days=5)
    desk.warned().later(minutes=40)
    error = desk.refused("grid-crew1", "execute_suspension", **desk.execution())
    assert error.code == "statutory_holiday"
    assert "2026-10-01" in error.text.zh


def test_no_notice_whose_window_lies_in_a_year_without_a_calendar() -> None:
    desk = ready("2026-12-28 10:00")
    error = desk.refused("grid-crew1", "serve_notice", **desk.service())
    assert error.code == "provisional_day"
    assert "暂定" in error.text.zh


@pytest.mark.parametrize("line", CHECKS)
def test_any_no_on_the_checklist_ends_in_a_refusal(line: str) -> None:
    desk = served()
    desk.later(days=4)
    desk.warned().later(minutes=40)
    error = desk.refused("grid-crew1", "execute_suspension", **desk.execution(**{line: False}))
    assert error.code == "checklist_failed"
    assert "不具备停电条件说明" in error.text.zh
    assert error.missing == (line,)
    desk.act("grid-crew1", "report_infeasible", items=[line], reason="现场情况")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])


def test_a_line_of_the_checklist_left_blank_is_asked_for() -> None:
    desk = served()
    desk.later(days=4)
    desk.warned().later(minutes=40)
    data = {k: v for k, v in desk.execution().items() if k != "public_safety"}
    error = desk.refused("grid-crew1", "execute_suspension", **data)
    assert error.fields["public_safety"].zh.startswith("请选择不影响公共利益")


def test_nothing_adverse_is_done_under_a_stay() -> None:
    desk = ready()
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    error = desk.refused("grid-crew1", "serve_notice", **desk.service())
    assert (error.code, error.status) == ("stayed", 409)
    assert "恢复执行" in error.text.zh
    assert desk.asked("grid-crew1", "serve_notice").code == "stayed"


def test_a_cut_is_not_written_down_days_later() -> None:
    desk = served()
    desk.later(days=4)
    desk.warned().later(minutes=40)
    when = desk.iso
    desk.later(days=2)
    error = desk.refused("grid-crew1", "execute_suspension", **desk.execution(executed_at=when))
    assert "24 小时内登记" in error.fields["executed_at"].zh


def test_a_service_before_the_approval_counts_for_nothing() -> None:
    desk = ready()
    assert (
        "早于审批完成"
        in desk.refused("grid-crew1", "serve_notice", **desk.service(served_at="2026-11-01 10:00"))
        .fields["served_at"]
        .zh
    )


def test_what_is_recorded_has_happened() -> None:
    desk = ready()
    error = desk.refused("grid-crew1", "serve_notice", **desk.service(served_at="2026-11-04 10:00"))
    assert error.status == 400
    assert error.fields["served_at"].zh == "送达时间不能晚于现在（2026-11-03 10:00）"


def test_a_cut_is_confirmed_by_a_load_of_zero() -> None:
    desk = ready().cut()
    error = desk.refused("grid-crew2", "confirm_suspension", confirmed_at=desk.iso, load_is_zero=False, reading="1")
    assert error.code == "load_not_zero"


def test_whoever_cut_does_not_confirm() -> None:
    desk = ready().cut()
    error = desk.refused("grid-crew1", "confirm_suspension", confirmed_at=desk.iso, load_is_zero=True, reading="1")
    assert (error.code, error.status, error.article) == ("four_eyes", 403, "《本系统办理规则》双人规则")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-11-07 21:59:59", None),
        ("2026-11-07 22:00", "night"),
        ("2026-11-07T14:00:00Z", "night"),  # 22:00 in China
        ("2026-11-08T03:59:59+14:00", None),  # 21:59:59 in China
        ("2026-11-08 05:59:59", "night"),
        ("2026-11-07T21:59:59Z", "night"),  # 05:59:59 of the next day in China
        ("2026-11-08 06:00", None),
        ("2026-11-07T17:00:00-05:00", None),  # 06:00 of the next day in China
    ],
)
def test_the_night_is_that_of_china_whatever_zone_is_typed(typed: str, code: str | None) -> None:
    desk = served()
    early = typed.startswith("2026-11-07 2") or "14:00" in typed
    desk.now = at("2026-11-07 21:20" if early else "2026-11-08 05:20")
    desk.warned()
    desk.now = at("2026-11-07 22:30" if early else "2026-11-08 06:30")
    if code:
        assert cut(desk, executed_at=typed) == code
    else:
        desk.act("grid-crew1", "execute_suspension", **desk.execution(executed_at=typed))


@pytest.mark.parametrize(("clock", "code"), [("09:59:59", "before_window"), ("10:00:00", None)])
def test_the_window_opens_to_the_second(clock: str, code: str | None) -> None:
    desk = served()
    desk.now = at("2026-11-06 09:20")
    desk.warned()
    desk.now = at(f"2026-11-06 {clock}")
    assert (cut(desk) if code else desk.act("grid-crew1", "execute_suspension", **desk.execution())["to"]) == (
        code or "suspension"
    )


def test_a_form_asks_for_minutes_and_the_minute_of_what_went_before_is_not_before_it() -> None:
    desk = ready("2026-11-03 10:00:35")
    assert (
        "served_at" in desk.refused("grid-crew1", "serve_notice", **desk.service(served_at="2026-11-03 09:59")).fields
    )
    desk.act("grid-crew1", "serve_notice", **desk.service(served_at="2026-11-03 10:00"))
    desk.now = at("2026-11-07 09:20:35")
    desk.warned()
    desk.now = at("2026-11-07 09:20:55")
    assert cut(desk, executed_at=at("2026-11-07 09:19").isoformat()) == "invalid_input"
    error = desk.refused(
        "grid-crew1", "execute_suspension", **desk.execution(executed_at=at("2026-11-07 09:20").isoformat())
    )
    assert error.code == "second_notice_too_late"
    assert "2026-11-07 09:51" in error.text.zh, "the minute that is named is one at which the cut passes"
    desk.now = at("2026-11-07 09:51:02")
    desk.act("grid-crew1", "execute_suspension", **desk.execution(executed_at=at("2026-11-07 09:51").isoformat()))


@pytest.mark.parametrize(("clock", "code"), [("10:00:00", None), ("10:00:01", "after_window")])
def test_the_window_closes_to_the_second(clock: str, code: str | None) -> None:
    desk = served()
    desk.now = at("2026-11-10 09:20")
    desk.warned()
    desk.now = at(f"2026-11-10 {clock}")
    assert (cut(desk) if code else desk.act("grid-crew1", "execute_suspension", **desk.execution())["to"]) == (
        code or "suspension"
    )


@pytest.mark.parametrize(
    ("service", "cut_on", "code"),
    [
        ("2026-10-06 10:00", "2026-10-10 10:00", None),  # a Saturday that is worked
        ("2026-11-03 10:00", "2026-11-07 10:00", None),  # an ordinary Saturday is no statutory holiday
        ("2026-10-01 10:00", "2026-10-06 10:00", "statutory_holiday"),  # a day between, moved into the holiday
        ("2026-05-01 10:00", "2026-05-05 10:00", "statutory_holiday"),
    ],
)
def test_a_worked_saturday_is_open_and_the_whole_published_holiday_is_not(
    service: str, cut_on: str, code: str | None
) -> None:
    desk = served(service)
    desk.now = at(cut_on)
    desk.warned().later(minutes=30)
    if code:
        assert cut(desk) == code
    else:
        desk.act("grid-crew1", "execute_suspension", **desk.execution())


def test_nobody_is_served_on_an_order_that_the_grid_company_has_not_approved() -> None:
    desk = ready()
    desk.view.facts["suspension"] = {k: v for k, v in desk.fact("suspension").items() if k != "approved_at"}
    assert desk.refused("grid-crew1", "serve_notice", **desk.service()).code == "not_approved"
    assert desk.asked("grid-crew1", "serve_notice").code == "not_approved"
