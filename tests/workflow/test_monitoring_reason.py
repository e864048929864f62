"""The reason for monitoring is checked against the decision: the register says nothing that is not so."""

from __future__ import annotations

from typing import Any

import pytest

from cases.workflow.errors import WorkflowError
from tests.workflow.desk import Desk, proposal


def household(**more: Any) -> Desk:
    given = {
        "subject": "natural_person",
        "user_class": "residential",
        "price_class": "tiered",
        "serves_residents": True,
    }
    return Desk().verified(**{**given, **more})


def watched(desk: Desk, reason: str, **more: Any) -> Desk:
    data = {"subject": "natural_person", "monitoring_reason": reason, "review_on": "2026-12-18", **more}
    return desk.determined("continue_monitoring", **data)


@pytest.mark.parametrize(
    "reason",
    ["residents_no_suspension", "persons_no_surcharge", "not_an_enterprise", "no_local_rule", "reclass_lowers_bill"],
)
def test_each_reason_that_a_household_has_may_be_chosen_and_stands_in_the_register(reason: str) -> None:
    desk = watched(household(), reason)
    assert desk.fact("blind_spot") == {"reason": reason, "subject": "natural_person", "since": "2026-11-03"}


@pytest.mark.parametrize("reason", ["evidence_insufficient", "mixed_premises", "no_price_document", "entry_refused"])
def test_a_reason_that_the_case_does_not_bear_out_is_refused_with_those_it_has(reason: str) -> None:
    with pytest.raises(WorkflowError) as caught:
        watched(household(), reason)
    assert caught.value.status == 400
    said = caught.value.fields["monitoring_reason"].zh
    assert "居民生活用电，无窃电、危险、欠费或严重违章，不得停电" in said
    assert "等待新的线索" in said


def test_a_shop_is_no_home_and_a_trader_no_person() -> None:
    shop = Desk().verified()
    for reason in ("residents_no_suspension", "persons_no_surcharge", "reclass_lowers_bill"):
        with pytest.raises(WorkflowError):
            watched(shop, reason, subject="sole_trader")
    watched(shop, "not_an_enterprise", subject="sole_trader")


def test_watched_for_a_new_signal_it_is_no_blind_spot_and_leaves_the_register() -> None:
    desk = watched(household(), "residents_no_suspension")
    assert desk.fact("blind_spot")
    desk.act("drc-handler1", "dispatch_verification", findings=["inspect_site"])
    desk.act(
        "drc-handler2", "record_inspection", result="running", inspected_at=desk.iso, home_entry=False,
        signature="signed", officers=[{"staff_no": "XZ1001"}, {"staff_no": "XZ1002"}],
    )  # fmt: skip
    assert desk.fact("blind_spot")["since"] == "2026-11-03", "being looked at again ends nothing"
    watched(desk, "awaiting_signal")
    assert "blind_spot" not in desk.view.facts or desk.view.facts["blind_spot"] is None


def test_what_is_not_proven_is_watched_for_any_reason_and_enters_nothing() -> None:
    desk = watched(Desk().verified(), "not_locatable", finding="pending_appraisal", subject="unknown")
    assert not desk.view.facts.get("blind_spot")


def test_a_reason_that_fell_away_before_the_decision_is_not_approved() -> None:
    desk = household()
    data = {"subject": "natural_person", "monitoring_reason": "residents_no_suspension", "review_on": "2026-12-18"}
    desk.act("drc-handler1", "propose_determination", **proposal("continue_monitoring", **data))
    check = desk.view.facts["findings"]["check_consumption"]
    desk.view.facts["findings"] = {
        **desk.view.facts["findings"],
        "check_consumption": {**check, "serves_residents": False},
    }
    error = desk.refused("drc-reviewer1", "decide_determination", decision="approve")
    assert error.code == "reason_no_longer_holds"
    desk.act("drc-reviewer1", "decide_determination", decision="refuse")
