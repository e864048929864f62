"""A relapse begins a new round: what was found and done before carries no measure and no closing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cases.workflow.guards.situation import families, measure_taken, suspension_situation
from cases.workflow.view import CaseView, Context
from tests.workflow.desk import OFFICERS, Desk, at, proposal

CLOSING = {"outcome": "handled", "summary": "已处置"}


def closed(desk: Desk) -> Desk:
    """Handled by a cut, closed, and the supply restored."""
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    desk.later(days=2)
    desk.act("drc-reviewer2", "order_restoration", reason_code="cause_removed", cause_removed_at=desk.iso)
    desk.act("grid-crew1", "restore_supply", restored_at=desk.iso, reading="1204.5")
    desk.act("grid-crew2", "confirm_restoration", confirmed_at=desk.iso, supply_is_on=True)
    desk.later(days=30)
    return desk


def reopened(reason: str = "relapse", desk: Desk | None = None) -> Desk:
    desk = desk or closed(Desk().suspended())
    desk.act("drc-reviewer1", "reopen_case", to="verification", reason_code=reason, reason="重启")
    return desk


def visited(desk: Desk, result: str = "running") -> Desk:
    desk.act("drc-handler1", "request_rework", findings=["inspect_site"], reason="重新核查")
    seen = {"inspected_at": desk.iso, "officers": OFFICERS, "home_entry": False, "signature": "signed"}
    desk.act("drc-handler2", "record_inspection", result=result, devices=50, power_kw="48.6", **seen)
    return desk


def metered(desk: Desk, result: str = "abnormal", **more: Any) -> Desk:
    desk.act("drc-handler1", "request_rework", findings=["check_consumption"], reason="重新核查")
    account = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False}
    desk.act("grid-handler1", "report_consumption", result=result, **account, **more)
    return desk


def hit(desk: Desk, family: str, source: str = "grid") -> None:
    desk.act("drc-handler1", "attach_signal", signals=[{"family": family, "count": 1}], source=source)


def context(desk: Desk) -> Context:
    actor = desk.person("drc-handler1")
    return Context(desk.now, actor, actor.posts[0], desk.directory)


# What was done ------------------------------------------------------------------------------------


def test_proven_mining_of_a_relapse_is_not_closed_with_the_measure_of_before() -> None:
    desk = visited(reopened())
    error = desk.refused("drc-handler1", "propose_determination", **proposal("close"))
    assert error.code == "proven_but_untreated"


def test_a_surcharge_decided_after_the_relapse_is_not_closed_with_the_bills_of_before() -> None:
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.now = at("2026-12-02 10:00")
    desk.billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="site_visit")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file="018f0000-0000-7000-8000-00000000f11e")
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    desk.later(days=20)
    desk = metered(visited(reopened(desk=desk))).determined("surcharge", proven_from="2026-12-10")
    error = desk.refused("drc-handler1", "propose_closure", **CLOSING)
    assert error.code == "proven_but_untreated"


def test_a_measure_of_this_round_counts() -> None:
    desk = metered(visited(reopened())).determined("suspension").signed().approved().cut().confirmed()
    assert measure_taken(desk.view)
    desk.act("drc-handler1", "propose_closure", **CLOSING)


@pytest.mark.parametrize("reason", ["court", "error", "new_evidence", "sampling", "superior"])
def test_reopened_for_another_reason_the_case_keeps_what_was_done_and_found(reason: str) -> None:
    desk = reopened(reason)
    assert measure_taken(desk.view)
    assert families(desk.view) >= {"energy", "onsite"}
    desk.proposed("close")


def test_a_court_after_the_relapse_does_not_bring_the_first_round_back() -> None:
    desk = visited(reopened())
    desk.act("drc-handler1", "propose_determination", finding="false_positive", subject="unknown", disposals=["close"])
    desk.act("drc-reviewer1", "decide_determination", decision="approve")
    desk.act("drc-reviewer1", "reopen_case", to="verification", reason_code="court", reason="重启")
    assert not measure_taken(desk.view)
    assert families(desk.view) == {"onsite"}


# What was found -----------------------------------------------------------------------------------


def test_only_findings_of_this_round_carry_a_new_measure() -> None:
    desk = visited(reopened(), "removed")
    assert families(desk.view) == {"onsite"}
    for measure in ("suspension", "surcharge"):
        error = desk.refused("drc-handler1", "propose_determination", **proposal(measure))
        assert error.code == "too_few_families"
    metered(desk).determined("suspension")


def test_proven_illegal_use_of_before_opens_no_ground_now() -> None:
    desk = reopened(
        desk=closed(Desk().verified(illegal_use=True).determined("suspension").signed().approved().cut().confirmed())
    )
    assert not suspension_situation(desk.view, context(desk)).illegal_use_proven
    assert suspension_situation(metered(desk, illegal_use=True).view, context(desk)).illegal_use_proven


def test_a_waiver_makes_no_finding_of_before_a_new_one() -> None:
    desk = visited(reopened())
    desk.act("drc-handler1", "request_rework", findings=["check_consumption"], reason="重新核查")
    desk.act("drc-reviewer1", "waive_finding", task=desk.task("check_consumption").id, reason_code="not_needed")
    assert families(desk.view) == {"onsite"}


def test_signals_since_the_relapse_count_and_those_of_before_do_not() -> None:
    desk = visited(reopened())
    assert desk.fact("signals") == {"traffic": 3}
    hit(desk, "energy")
    assert families(desk.view) == {"energy", "onsite"}
    assert desk.fact("signals") == {"traffic": 3, "energy": 1}
    desk.proposed("suspension")


def test_a_hit_of_the_same_kind_as_before_is_a_new_one() -> None:
    desk = reopened()
    hit(desk, "traffic", "telecom")
    assert families(desk.view) == {"traffic"}


def test_a_check_of_before_the_relapse_does_not_refute_a_hit_since() -> None:
    desk = metered(Desk().verified(), "normal").determined("suspension").signed().approved().cut().confirmed()
    desk = visited(reopened(desk=closed(desk)))
    hit(desk, "energy")
    assert families(desk.view) == {"energy", "onsite"}
    assert families(metered(desk, "normal").view) == {"onsite"}


def test_a_second_relapse_begins_anew() -> None:
    desk = visited(reopened())
    hit(desk, "energy")
    desk.act("drc-handler1", "propose_determination", finding="false_positive", subject="unknown", disposals=["close"])
    desk.act("drc-reviewer1", "decide_determination", decision="approve")
    desk.later(days=10)
    assert families(reopened(desk=desk).view) == frozenset()


# Merging ------------------------------------------------------------------------------------------


def other(view: CaseView, **facts: Any) -> CaseView:
    return replace(view, id="00000000-0000-0000-0000-0000000000aa", number="XZ26-0002", facts=facts, tasks=(), acts=())


def test_a_case_merged_into_the_relapse_brings_its_signals() -> None:
    """The hit that tells of a relapse opens a case of its own, which the reopened one takes in."""
    relapsed, desk = reopened(), Desk("2027-01-05 10:00")
    desk.view = replace(desk.view, id="00000000-0000-0000-0000-0000000000bb")
    desk.related = relapsed.view
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0001", reason_code="same_site")
    assert desk.related is not None
    assert families(desk.related) == {"traffic"}
    desk.act("drc-reviewer2", "undo_merge", survivor="XZ26-0001", reason="两处场所")
    assert families(desk.related) == frozenset()


def test_a_relapsed_case_takes_no_signals_of_before_into_another() -> None:
    desk = reopened()
    hit(desk, "energy")
    desk.related = other(desk.view, signals={"funds": 1}, signal_sources={"funds": ["police"]}, submissions=1)
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")
    assert desk.related is not None
    assert desk.related.facts["signals"] == {"funds": 1, "energy": 1}
