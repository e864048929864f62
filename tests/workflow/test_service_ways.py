"""A walk through every lawful way of serving the notice, and every reason why one is no service."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.directory import AgencyRef
from cases.policy.cutting.service import ways
from tests.workflow.desk import FILE, Desk, post

OTHER = "018f0000-0000-7000-8000-00000000f22e"
# What each way needs beside the time and the proof of service itself.
PROOF: dict[str, dict[str, Any]] = {
    "direct": {"signature": "signed", "recipient": "张三"},
    "adult": {"signature": "signed", "recipient": "李四", "relation": "配偶"},
    "left": {"signature": "refused", "witness": "王五、赵六", "witness_unit": "某社区居委会", "proof_files": [OTHER]},
    "post": {"tracking_no": "EB123456789CN", "proof_files": [OTHER]},
    "electronic": {"consent_file": OTHER, "proof_files": [OTHER]},
    "public": {"publication": "某日报", "proof_files": [OTHER]},
}


def approved(now: str = "2026-11-03 10:00", **facts: Any) -> Desk:
    return Desk(now).verified(**facts).determined("suspension").signed().approved()


def failed(desk: Desk, *methods: str) -> Desk:
    for method in methods:
        reason = {"post": "came_back", "electronic": "not_delivered"}.get(method, "nobody_there")
        desk.act("grid-crew1", "report_failed_service", method=method, reason_code=reason, tried_at=desk.iso)
        desk.later(days=1)
    return desk


def serving(desk: Desk, way: str, **more: Any) -> dict[str, Any]:
    return {"method": way, "served_at": desk.iso, "notice_file": FILE, **PROOF[way], **more}


def test_every_way_on_record_is_walked_here() -> None:
    assert set(PROOF) == set(ways())


@pytest.mark.parametrize("way", ["direct", "adult", "left", "post", "electronic"])
def test_each_way_opens_the_window_from_its_own_day(way: str) -> None:
    desk = approved()
    desk.act("grid-crew1", "serve_notice", **serving(desk, way))
    notice = desk.fact("suspension", "notice")
    assert (notice["method"], notice["window_from"]) == (way, "2026-11-06T02:00:00.000000Z")
    assert notice.get("tracking_no") == PROOF[way].get("tracking_no")
    assert notice.get("proof_files") == PROOF[way].get("proof_files")
    assert not any(str(name) in str(desk.events[-1]["set"]) for name in ("张三", "李四", "王五", "社区"))
    desk.later(days=4)
    desk.warned().later(minutes=40)
    desk.act("grid-crew1", "execute_suspension", **desk.execution())


def test_the_post_counts_from_the_day_on_its_receipt_however_late_it_comes_back() -> None:
    desk = approved()
    delivered = "2026-11-04 09:30"
    desk.later(days=4)
    desk.act("grid-crew1", "serve_notice", **serving(desk, "post", served_at=delivered))
    notice = desk.fact("suspension", "notice")
    assert notice["served_at"] == "2026-11-04T01:30:00.000000Z"
    # A full day on record before the cut, although the three days of notice have passed.
    assert notice["window_from"] == "2026-11-08T02:00:00.000000Z"
    assert notice["window_to"] == "2026-11-11T01:30:00.000000Z"


def test_a_public_notice_counts_after_thirty_days_and_the_window_begins_then() -> None:
    desk = failed(approved(), "direct", "post")
    assert desk.now.date().isoformat() == "2026-11-05"
    # The 30th day is Saturday 5 December: the period ends on Monday the 7th, and the window opens three days after it.
    desk.act("grid-crew1", "serve_notice", **serving(desk, "public"))
    notice = desk.fact("suspension", "notice")
    assert notice["deemed_on"] == "2026-12-07"
    assert notice["published_at"] == "2026-11-05T02:00:00.000000Z"
    assert notice["served_at"] == "2026-12-07T16:00:00.000000Z"  # the 7th is over in China
    assert notice["window_from"] == "2026-12-10T16:00:00.000000Z"
    assert desk.task("execute_suspension").due_at.isoformat() == "2026-12-14T16:00:00+00:00"
    desk.later(days=31)
    assert desk.refused("grid-crew1", "give_final_notice", given_at=desk.iso, method="phone").code == "invalid_input"
    assert desk.refused("grid-crew1", "execute_suspension", **desk.execution()).code == "before_window"
    desk.later(days=6)
    desk.warned().later(minutes=40)
    desk.act("grid-crew1", "execute_suspension", **desk.execution())


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ((), "直接送达或同住成年家属签收或留置送达；邮寄送达或电子送达"),
        (("direct", "left"), "邮寄送达或电子送达"),
        (("post",), "直接送达或同住成年家属签收或留置送达"),
    ],
)
def test_no_public_notice_before_the_other_ways_have_failed_on_record(tried: tuple[str, ...], said: str) -> None:
    desk = failed(approved(), *tried)
    error = desk.refused("grid-crew1", "serve_notice", **serving(desk, "public"))
    assert (error.code, error.status) == ("public_notice_too_soon", 409)
    assert f"尚无记录：{said}。" in error.text.zh
    assert "第九十五条" in error.article


def test_what_failed_under_an_earlier_order_opens_no_public_notice() -> None:
    desk = failed(approved(), "direct", "post")
    desk.act("drc-approver1", "withdraw_suspension", reason_code="error")
    desk.determined("suspension").signed().approved()
    assert desk.refused("grid-crew1", "serve_notice", **serving(desk, "public")).code == "public_notice_too_soon"


def test_no_public_notice_whose_end_lies_in_a_year_without_a_calendar() -> None:
    desk = failed(approved("2026-12-08 10:00"), "direct", "post")
    error = desk.refused("grid-crew1", "serve_notice", **serving(desk, "public"))
    assert error.code == "provisional_day"


NEEDED = [(way, name) for way, found in ways().items() if way != "public" for name in found.requires]


@pytest.mark.parametrize(("way", "name"), [*NEEDED, ("public", "publication"), ("public", "proof_files")])
def test_a_way_without_its_proof_is_no_service(way: str, name: str) -> None:
    desk = failed(approved(), "direct", "post") if way == "public" else approved()
    data = {k: v for k, v in serving(desk, way).items() if k != name}
    error = desk.refused("grid-crew1", "serve_notice", **data)
    assert error.status == 400
    assert list(error.fields) == [name]
    assert error.fields[name].zh.startswith(ways()[way].zh)


@pytest.mark.parametrize(
    ("way", "signature"),
    [
        ("direct", "refused"),
        ("direct", "absent"),
        ("direct", None),
        ("adult", "refused"),
        ("left", "signed"),
        ("left", "absent"),
        ("left", None),
    ],
)
def test_the_proof_says_what_the_way_means(way: str, signature: str | None) -> None:
    desk = approved()
    error = desk.refused("grid-crew1", "serve_notice", **serving(desk, way, signature=signature))
    assert (error.code, error.missing) == ("service_without_signature", ("signature",))
    assert "第八十七条" in error.article


def test_an_electronic_service_is_written_down_within_a_day() -> None:
    desk = approved()
    arrived = desk.iso
    desk.later(days=2)
    error = desk.refused("grid-crew1", "serve_notice", **serving(desk, "electronic", served_at=arrived))
    assert "24 小时内登记" in error.fields["served_at"].zh


def test_an_attempt_is_counted_once_and_not_before_the_approval() -> None:
    desk = approved()
    tried = {"method": "direct", "reason_code": "nobody_there"}
    error = desk.refused("grid-crew1", "report_failed_service", **tried, tried_at="2026-11-02 10:00")
    assert "早于审批完成" in error.fields["tried_at"].zh
    desk.act("grid-crew1", "report_failed_service", **tried, tried_at=desk.iso)
    assert desk.refused("grid-crew1", "report_failed_service", **tried, tried_at=desk.iso).code == "attempt_recorded"
    assert desk.fact("suspension", "failures")[0]["method"] == "direct"
    assert desk.fact("suspension", "failed_services") == 1


# The chain of approval -------------------------------------------------------------------------------------------


def test_a_residential_user_is_approved_by_the_head_of_the_station() -> None:
    desk = Desk().verified(user_class="residential").determined("suspension").signed()
    desk.act("grid-approver1", "approve_suspension", **Desk.approval("residential", "station"))
    assert desk.fact("suspension", "approval_level") == "station"


@pytest.mark.parametrize("user_class", ["ordinary", "important"])
def test_a_lower_level_is_refused(user_class: str) -> None:
    desk = Desk().verified(user_class=user_class).determined("suspension").signed()
    data = Desk.approval(user_class, "station", marketing_report=FILE)
    error = desk.refused("grid-approver1", "approve_suspension", **data)
    assert error.fields["approval_level"].zh == "一般用户和重要用户须由公司负责人批准"


def test_an_important_user_needs_the_report_to_the_marketing_department() -> None:
    desk = Desk().verified(user_class="important").determined("suspension").signed()
    error = desk.refused("grid-approver1", "approve_suspension", **Desk.approval("important", "company"))
    assert (error.code, error.missing) == ("approval_paper_missing", ("marketing_report",))
    assert error.article.startswith("《")
    desk.act("grid-approver1", "approve_suspension", **Desk.approval("important", "company", marketing_report=FILE))
    assert desk.fact("suspension", "marketing_report") == FILE


def test_an_office_below_the_company_does_not_approve_as_the_company() -> None:
    desk = Desk().verified().determined("suspension").signed()
    office: AgencyRef = desk.directory.by_code["320303-grid"]
    assert office.is_unit
    task = desk.task("approve_suspension")
    desk.act("grid-reviewer1", "assign_task", task=task.id, unit=office.code)
    actor = desk.person("grid-approver9")
    desk.people["grid-approver9"] = type(actor)(*(actor.user_id, "b", "b", "zh", (post(office, "approver"),)))
    error = desk.refused("grid-approver9", "approve_suspension", **Desk.approval("ordinary", "company"))
    assert (error.code, error.missing) == ("approval_level_of_a_unit", ("approval_level",))


def test_the_power_authoritys_receipt_for_the_copy_is_on_record() -> None:
    desk = Desk().verified(user_class="important").determined("suspension").signed().approved("important")
    desk.act("drc-approver1", "countersign_important_user")
    direct = serving(desk, "direct")
    assert desk.refused("grid-crew1", "serve_notice", **direct).code == "important_no_copy"
    copied = {**direct, "copied_to_authority": True}
    assert desk.refused("grid-crew1", "serve_notice", **copied).code == "important_no_receipt"
    desk.act("grid-crew1", "serve_notice", **copied, copy_receipt=FILE)
    notice = desk.fact("suspension", "notice")
    assert (notice["copied"], notice["copy_receipt"]) == (True, FILE)
