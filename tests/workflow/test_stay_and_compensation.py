"""Stays with their papers, objections on the clock of their receipt, and what a wrong cut leaves to be compensated."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.directory import ParameterRef
from cases.policy.calendar import national_calendar
from cases.policy.cutting.restoration import energy_missed, hours_off, restoration_rule, variants
from cases.policy.deadlines import due_at
from cases.policy.execution import notice_rule, notice_variants
from tests.workflow.desk import FILE, Desk, at, city

COURT = {"reason_code": "court", "decision_file": FILE, "ordered_by": "某区人民法院", "ordered_on": "2026-11-03"}


def approved() -> Desk:
    return Desk().verified().determined("suspension").signed().approved()


def cut() -> Desk:
    return approved().cut()


# Stays ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["court", "reconsideration"])
@pytest.mark.parametrize("name", ["decision_file", "ordered_by", "ordered_on"])
def test_a_stay_of_an_organ_comes_with_its_paper(reason: str, name: str) -> None:
    desk = approved()
    data = {k: v for k, v in {**COURT, "reason_code": reason}.items() if k != name}
    assert list(desk.refused("drc-approver1", "stay_execution", **data).fields) == [name]


def test_the_stay_says_who_ordered_it_and_until_when() -> None:
    desk = approved()
    desk.act("drc-approver1", "stay_execution", **COURT, decision_no="（2026）苏0303行初1号", until="2026-12-31")
    stay = desk.fact("stay")
    assert (stay["ordered_by"], stay["ordered_on"], stay["until"]) == ("某区人民法院", "2026-11-03", "2026-12-31")
    blocked = desk.asked("grid-crew1", "serve_notice")
    assert blocked is not None
    assert blocked.code == "stayed"


@pytest.mark.parametrize(
    ("more", "field"), [({"ordered_on": "2026-11-04"}, "ordered_on"), ({"until": "2026-11-02"}, "until")]
)
def test_a_stay_of_tomorrow_or_of_the_past_is_none(more: dict[str, str], field: str) -> None:
    assert field in approved().refused("drc-approver1", "stay_execution", **{**COURT, **more}).fields


def test_no_cut_is_claimed_for_a_time_after_the_court_had_stayed_it() -> None:
    """The order of the 6th was written down on the 8th and lifted on the same day: the 7th was under it."""
    desk = approved().served()
    desk.now = at("2026-11-07 20:00")
    desk.warned()
    desk.now = at("2026-11-08 09:00")
    desk.act("drc-approver1", "stay_execution", **{**COURT, "ordered_on": "2026-11-06"})
    desk.later(minutes=5)
    desk.act("drc-approver1", "lift_stay", reason="裁定撤销")
    desk.later(minutes=5)
    then = desk.execution(executed_at="2026-11-07 20:40")
    assert desk.refused("grid-crew1", "execute_suspension", **then).code == "stayed"


# Objections -------------------------------------------------------------------------------------------------------


def objection(received_on: str) -> dict[str, Any]:
    return {"received_on": received_on, "reason_code": "not_mining", "content": "不是挖矿"}


@pytest.mark.parametrize(
    ("received_on", "due"),
    [
        ("2026-11-03", "2026-11-06T10:00:00+00:00"),  # the same day: three working days, 18:00 in China
        ("2026-11-02", "2026-11-05T10:00:00+00:00"),  # received the day before
        ("2026-10-27", "2026-10-30T10:00:00+00:00"),  # written down when it was already late: it shows
    ],
)
def test_three_working_days_run_from_the_receipt(received_on: str, due: str) -> None:
    desk = approved()
    desk.act("grid-handler1", "record_objection", **objection(received_on))
    assert desk.task("decide_objection").due_at.isoformat() == due


# Compensation -----------------------------------------------------------------------------------------------------


def upheld(desk: Desk) -> Desk:
    desk.act("grid-handler1", "record_objection", **objection(desk.iso[:10]))
    desk.act("drc-reviewer1", "decide_objection", decision="upheld", answer="成立")
    return desk


def restored(desk: Desk, **span: float) -> Desk:
    desk.later(**(span or {"hours": 10}))
    desk.act("grid-crew1", "restore_supply", restored_at=desk.iso, reading="1204.5")
    return desk


def test_an_upheld_objection_opens_restoration_and_compensation_at_once() -> None:
    desk = upheld(cut())
    assert "restore_supply" in desk.tasks
    (row,) = desk.fact("compensation")
    assert (row["state"], row["cause"], row["origin"]) == ("open", "objection_upheld", "order")
    assert row["cut_at"] == "2026-11-07T02:40:00.000000Z"
    assert row["basis"] == ["electricity_law.damages", "enforcement_law.restore"]
    restored(desk)
    (row,) = desk.fact("compensation")
    # 35,000 kWh a month: 48.61 kW for ten hours.
    assert (row["hours"], row["kwh"], row["restored_at"]) == ("10.0", "486.11", "2026-11-07T12:40:00.000000Z")


@pytest.mark.parametrize(("reason", "opens"), [("wrong_cut", True), ("cause_removed", False), ("authority", False)])
def test_only_a_wrong_cut_is_compensated(reason: str, opens: bool) -> None:
    desk = cut().confirmed()
    desk.act("grid-reviewer1", "order_restoration", reason_code=reason, cause_removed_at=desk.iso)
    assert bool(desk.view.facts.get("compensation")) is opens
    assert "restore_supply" in desk.tasks


def test_an_upheld_objection_before_the_cut_leaves_nothing_to_compensate() -> None:
    assert "compensation" not in upheld(approved().served()).view.facts


def test_an_objection_upheld_after_the_restoration_is_compensated_all_the_same() -> None:
    desk = cut().confirmed()
    desk.act("grid-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=desk.iso)
    restored(desk, hours=3)
    upheld(desk)
    (row,) = desk.fact("compensation")
    assert (row["hours"], row["cause"]) == ("3.0", "objection_upheld")


def again(desk: Desk) -> Desk:
    """Closed as handled, and reopened by a court."""
    closing(desk, "handled")
    desk.act("drc-reviewer1", "reopen_case", to="verification", reason_code="court", reason="法院撤销")
    return desk


def closing(desk: Desk, outcome: str) -> Desk:
    desk.act("drc-handler1", "propose_closure", outcome=outcome, summary="核实后办结")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    return desk


def excluded(desk: Desk) -> Desk:
    again(desk).determined("continue_monitoring", finding="pending_appraisal")
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    desk.act("drc-reviewer1", "decide_exclusion", decision="approve")
    return desk


@pytest.mark.parametrize(
    ("walk", "opens"),
    [
        (lambda desk: closing(desk, "self_stopped"), False),
        (lambda desk: again(desk).determined("close", finding="false_positive"), True),
        (lambda desk: again(desk).determined("close", finding="already_stopped"), False),
        (excluded, True),
    ],
)
def test_an_end_that_gives_power_back_as_a_wrong_cut_opens_its_compensation(walk: Any, opens: bool) -> None:
    desk = walk(cut().confirmed())
    assert "restore_supply" in desk.tasks
    assert bool(desk.view.facts.get("compensation")) is opens
    restored(desk)
    desk.act("grid-crew2", "confirm_restoration", confirmed_at=desk.iso, supply_is_on=True)
    if not opens:
        assert desk.fact("restoration", "reason") == "cause_removed"
        return
    (row,) = desk.fact("compensation")
    assert (row["state"], row["cause"], row["hours"], row["kwh"]) == ("open", "wrong_cut", "10.0", "486.11")
    desk.act("drc-handler1", "attach_document", **paper("compensation_claim"))
    desk.act("drc-reviewer1", "attach_document", **paper("compensation_decision", "900"))
    assert desk.fact("compensation")[0]["state"] == "decided"


def paper(kind: str, amount: str | None = "1200.50") -> dict[str, Any]:
    return {"paper": kind, "attachments": [FILE], **({"amount": amount} if amount is not None else {})}


def test_claim_and_decision_are_two_peoples() -> None:
    desk = restored(upheld(cut()))
    desk.act("drc-handler1", "attach_document", **paper("compensation_claim"))
    assert desk.fact("compensation")[0]["claimed"]["sum"] == "1200.50"
    assert desk.refused("drc-handler1", "attach_document", **paper("compensation_decision")).code == (
        "decision_needs_reviewer"
    )
    desk.act("drc-reviewer1", "attach_document", **paper("compensation_decision", "900"))
    (row,) = desk.fact("compensation")
    assert (row["state"], row["claimed"]["sum"], row["decided"]["sum"]) == ("decided", "1200.50", "900")
    again = desk.refused("drc-reviewer2", "attach_document", **paper("compensation_decision"))
    assert again.code == "no_compensation_open"


def test_whoever_recorded_the_claim_or_made_the_cut_does_not_decide() -> None:
    desk = restored(upheld(cut()))
    desk.act("drc-reviewer1", "attach_document", **paper("compensation_claim"))
    assert desk.refused("drc-reviewer1", "attach_document", **paper("compensation_decision")).code == "four_eyes"
    for signer in ("drc-approver1", "grid-approver1"):
        assert desk.refused(signer, "attach_document", **paper("compensation_decision")).code == "four_eyes"


@pytest.mark.parametrize(
    ("who", "data", "code"),
    [
        ("drc-handler1", paper("compensation_claim", None), "invalid_input"),
        ("drc-handler1", paper("other"), "invalid_input"),
        ("cac-handler1", paper("compensation_claim"), "not_yours_to_compensate"),
    ],
)
def test_a_claim_has_an_amount_and_is_the_payers_to_record(who: str, data: dict[str, Any], code: str) -> None:
    assert upheld(cut()).refused(who, "attach_document", **data).code == code


def test_a_claim_without_a_wrong_cut_is_refused() -> None:
    error = cut().refused("drc-handler1", "attach_document", **paper("compensation_claim"))
    assert error.code == "no_compensation_open"
    assert "第五十九条" in error.article


@given(st.integers(1, 10**6), st.integers(0, 100_000))
def test_the_energy_missed_grows_with_the_time(minutes: int, monthly: int) -> None:
    begun = at("2026-11-07 10:40")
    hours = hours_off(begun, begun + timedelta(minutes=minutes))
    assert abs(hours - Decimal(minutes) / 60) <= Decimal("0.05")
    assert energy_missed(Decimal(monthly), hours) <= energy_missed(Decimal(monthly), hours + 1)


def test_a_supply_does_not_come_back_before_it_went() -> None:
    with pytest.raises(ValueError, match="before the cut"):
        hours_off(at("2026-11-07 10:40"), at("2026-11-07 10:39"))


# Regions ----------------------------------------------------------------------------------------------------------


def test_the_time_of_restoration_is_a_dated_rule_of_the_region() -> None:
    day = date(2026, 11, 7)
    assert (restoration_rule("320303", day).hours, restoration_rule("320303", day).region) == (24, "")
    assert (restoration_rule("370102", day).hours, restoration_rule("370102", day).region) == (24, "370100")
    with pytest.raises(KeyError):
        restoration_rule("320303", date(1990, 1, 1))


def test_a_region_may_adopt_a_text_on_record() -> None:
    adopted = variants()["provincial_ordinary"]
    name = "deadline.restore_supply"
    parameters = {name: (ParameterRef("32", name, adopted, date(2026, 1, 1), None, "本省规定"),)}
    desk = Desk(directory=city(parameters)).verified().determined("suspension").signed().approved().cut().confirmed()
    desk.act("grid-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=desk.iso)
    # Saturday 7 November: Monday and Tuesday.
    assert desk.task("restore_supply").due_at.isoformat() == "2026-11-10T10:00:00+00:00"
    for variant in variants().values():
        due_at("restore_supply", desk.now, national_calendar(), variant)


def test_every_notice_text_on_record_can_be_adopted() -> None:
    for key, (user_class, override) in notice_variants().items():
        own = notice_rule(user_class, "320303", date(2026, 11, 7), override)
        assert own.minimum >= timedelta(hours=72), key
    assert notice_variants()["provincial_ordinary"][1]["second_notice_minutes"] == 60
    assert notice_rule("ordinary", "310115", date(2026, 11, 7)).minimum == timedelta(hours=24)
    assert notice_rule("ordinary", "370102", date(2026, 11, 7)).minimum == timedelta(days=7)
    henan = notice_rule("ordinary", "410100", date(2026, 11, 7))
    assert (henan.minimum, henan.maximum, henan.certainty) == (timedelta(days=3), timedelta(days=7), "V-P")


# The grid company's own papers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dunning_file", "notice_file"])
def test_a_cut_for_arrears_brings_its_papers(name: str) -> None:
    desk = Desk("2026-11-18 10:00")
    data = {
        "ground": "G3_arrears",
        "cut_at": desk.iso,
        "user_class": "residential",
        "serves_residents": True,
        "officers": [{"staff_no": "XZ1001", "officer": "甲"}, {"staff_no": "XZ1002", "officer": "乙"}],
        "attachments": [FILE],
        "bill_due_on": "2026-09-01",
        "dunned_on": "2026-09-10",
        "grid_decision": FILE,
        "dunning_file": FILE,
        "notice_file": FILE,
        "notice_served_at": "2026-11-10 09:00",
        "second_notice_at": "2026-11-18 09:20",
    }
    error = desk.refused("grid-reviewer1", "report_grid_suspension", **{**data, name: None})
    assert (error.code, error.missing) == ("own_paper_missing", (name,))
    desk.act("grid-reviewer1", "report_grid_suspension", **data)
    assert desk.fact("suspension", "dunning_file") == FILE


def breach(desk: Desk) -> dict[str, Any]:
    return {
        "ground": "G4_serious_breach",
        "cut_at": desk.iso,
        "user_class": "residential",
        "serves_residents": True,
        "officers": [{"staff_no": "XZ1001", "officer": "甲"}, {"staff_no": "XZ1002", "officer": "乙"}],
        "attachments": [FILE],
        "breach": "over_capacity",
        "serious_breach": True,
        "grid_decision": FILE,
        "notice_file": FILE,
        "notice_served_at": "2026-11-10 09:00",
        "second_notice_at": "2026-11-18 09:20",
    }


def test_a_cut_for_serious_breach_brings_its_notice_and_no_dunning() -> None:
    desk = Desk("2026-11-18 10:00")
    error = desk.refused("grid-reviewer1", "report_grid_suspension", **{**breach(desk), "notice_file": None})
    assert (error.code, error.missing) == ("own_paper_missing", ("notice_file",))
    desk.act("grid-reviewer1", "report_grid_suspension", **breach(desk))


@pytest.mark.parametrize(
    ("ground", "evidence"), [("G1_theft", {"theft_proven": True}), ("G2_emergency", {"danger": "fire"})]
)
def test_theft_and_danger_are_cut_on_the_spot_without_papers_of_a_procedure(
    ground: str, evidence: dict[str, Any]
) -> None:
    desk = Desk("2026-11-18 10:00")
    names = ("cut_at", "user_class", "serves_residents", "officers", "attachments", "grid_decision")
    data = {name: breach(desk)[name] for name in names}
    desk.act("grid-reviewer1", "report_grid_suspension", **data, **evidence, ground=ground)
