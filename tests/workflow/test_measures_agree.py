"""The explained decision says what the gates say: every ground the engine would refuse is refused, and no other."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from cases.policy.dated import load
from cases.workflow.errors import WorkflowError
from cases.workflow.measures.facts import explain
from cases.workflow.transitions import TRANSITIONS
from tests.workflow.agreeing import disagreements
from tests.workflow.desk import FILE, OFFICERS, Desk
from tests.workflow.walking import Walk

SUBJECTS = ("enterprise", "sole_trader", "natural_person", "state_owned", "internet_cafe", "data_centre", "unknown")
FINDINGS = ("self_operated", "hosted", "compromised", "already_stopped", "false_positive", "pending_appraisal", "")


@pytest.mark.parametrize("seed", range(12))
def test_along_walks_the_decision_and_the_gates_agree_after_every_act(seed: int) -> None:
    walk = Walk(random.Random(seed))
    for _ in range(50):
        walk.step()
        assert not disagreements(walk.desk), (seed, walk.done)


def reported(rng: random.Random) -> Desk:
    """A case with all four findings, each drawn at random; a report that the gates refuse is left out."""
    desk = Desk()
    desk.dispatched()
    living, subject = rng.choice([True, False]), rng.choice(SUBJECTS)
    due, late, dunned = (str(desk.now.date() - timedelta(days=n)) for n in (31, 30, 10))
    owed = [{}, {"arrears_days": 30}, {"arrears_days": 90}, {"arrears_due_on": due}, {"arrears_due_on": late}]
    owed += [{"arrears_due_on": day, "arrears_dunned_on": dunned} for day in (due, late)]
    broken = [{}, {"breach": "use_changed"}, {"breach": "resale", "serious_breach": True}]
    reports: list[tuple[str, str, dict[str, Any]]] = [
        ("telecom-handler1", "report_subscriber", {"result": "identified", "subject": subject}),
        (
            "grid-handler1", "report_consumption",
            {
                "result": rng.choice(["abnormal", "normal"]),
                "user_class": "residential" if living else rng.choice(["ordinary", "important"]),
                "price_class": rng.choice(["tiered", "commercial"]), "serves_residents": living,
                "mixed_premises": rng.choice([True, False, False]),
                "circuit_separable": rng.choice([True, False, None]),
                "theft": rng.choice([True, False]), "illegal_use": rng.choice([True, False]),
                **rng.choice(owed), **rng.choice(broken), "attachments": [FILE],
            },
        ),
        ("cac-handler1", "report_traffic", {"result": rng.choice(["confirmed", "compromised", "not_confirmed"])}),
        (
            "drc-handler2", "record_inspection",
            {
                "result": rng.choice(["running", "nothing_found", "compromised", "no_access"]),
                "inspected_at": desk.iso, "officers": OFFICERS, "home_entry": False, "signature": "signed",
                "subject": rng.choice([None, subject]), "danger": rng.choice([True, False]),
                "serves_residents": rng.choice([None, living]),
            },
        ),
    ]  # fmt: skip
    for who, action, data in reports:
        if rng.random() < 0.85:
            desk.act(who, action, **{name: value for name, value in data.items() if value is not None})
    return desk


def test_on_cases_drawn_at_random_they_agree_whatever_is_proposed() -> None:
    rng, opened, refused = random.Random(20261103), 0, 0
    for _ in range(400):
        desk = reported(rng)
        known = {
            "finding": rng.choice(FINDINGS),
            "subject": rng.choice(SUBJECTS),
            "registered_enterprise": rng.choice([True, False]),
            "production_circuit_only": rng.choice([True, False]),
            "serious_or_refused": rng.choice([True, False]),
            "proven_from": rng.choice([None, "2026-10-01", "2021-01-01"]),
        }
        for said in (None, known):
            found = disagreements(desk, said)
            assert not found, (desk.view.facts, said, found)
        try:
            alone = known["production_circuit_only"]
            desk.proposed(
                "suspension", finding="self_operated", subject=known["subject"], production_circuit_only=alone
            )
            opened += 1
        except WorkflowError:
            refused += 1
    assert opened > 5 and refused > 5, "the cases reach both sides of the gate"


ANSWERED: dict[str, Any] = {
    "result": "abnormal", "user_class": "residential", "price_class": "tiered", "serves_residents": True,
    "attachments": [FILE],
}  # fmt: skip


def account(**found: Any) -> Desk:
    desk = Desk()
    desk.dispatched()
    desk.act("grid-handler1", "report_consumption", **{**ANSWERED, **found})
    return desk


def missing(desk: Desk, key: str, days: int = 0) -> tuple[str, ...]:
    today = desk.now.date()
    return explain(desk.view, desk.directory, today, seen=today + timedelta(days=days)).measure(key).codes


def test_dunning_and_breach_in_the_account_check_open_the_grid_companys_own_grounds() -> None:
    today = Desk().now.date()
    due, dunned = today - timedelta(days=30), today - timedelta(days=5)
    owing = account(arrears_due_on=str(due), arrears_dunned_on=str(dunned))
    assert missing(owing, "suspension/G3_arrears") == ("arrears_not_over_30",)
    assert missing(owing, "suspension/G3_arrears", days=1) == ()
    assert "not_dunned" in missing(owing, "suspension/G3_arrears", days=-6)
    assert missing(account(arrears_days=31), "suspension/G3_arrears") == ("not_dunned",)

    plain = account()
    assert "breach_not_found_by_grid" in missing(plain, "breach_charge")
    breach = account(breach="use_changed")
    assert missing(breach, "breach_charge") == ()
    assert missing(breach, "suspension/G4_serious_breach")[0] == "breach_not_serious"
    serious = account(breach="use_changed", serious_breach=True)
    assert "breach_not_serious" not in missing(serious, "suspension/G4_serious_breach")
    for desk in (owing, breach, serious):
        assert not disagreements(desk)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"arrears_dunned_on": 1}, "arrears_due_on"),
        ({"arrears_due_on": -1}, "arrears_due_on"),
        ({"arrears_due_on": 31, "arrears_days": 30}, "arrears_days"),
        ({"arrears_due_on": 31, "arrears_dunned_on": 31}, "arrears_dunned_on"),
        ({"arrears_due_on": 31, "arrears_dunned_on": -1}, "arrears_dunned_on"),
        ({"serious_breach": True}, "breach"),
        ({"breach": "resale", "attachments": []}, "attachments"),
        ({"arrears_due_on": 31, "arrears_dunned_on": 3, "attachments": []}, "attachments"),
    ],
)
def test_what_opens_a_ground_is_reported_whole_and_with_its_record(given: dict[str, Any], field: str) -> None:
    today = Desk().now.date()
    typed = {n: str(today - timedelta(days=v)) if n.endswith("_on") else v for n, v in given.items()}
    with pytest.raises(WorkflowError) as refused:
        account(**typed)
    assert refused.value.missing == (field,)


def test_a_cut_of_the_grid_company_is_told_in_the_decision() -> None:
    desk = Desk().verified()
    desk.act(
        "grid-reviewer1", "report_grid_suspension", ground="G2_emergency", cut_at=desk.iso, user_class="ordinary",
        serves_residents=False, officers=OFFICERS, attachments=["018f0000-0000-7000-8000-00000000f11e"], danger="fire",
    )  # fmt: skip
    assert not disagreements(desk)


def test_who_could_supply_a_piece_may_do_the_act_that_is_named() -> None:
    for code, rows in load("measures")["supplier"].items():
        for row in rows:
            if "act" not in row:
                assert row in ({"agency": "legislator"}, {"duty": "power_authority"}), code
                continue
            transition = TRANSITIONS[row["act"]]
            assert (row.get("duty") or row["agency"]) in transition.agency, (code, row)
            assert set(row["roles"]) <= set(transition.role), (code, row)


def test_the_act_of_each_measure_is_in_the_table() -> None:
    for row in load("measures")["measure"]:
        allowed = set(TRANSITIONS[row["act"]].agency)
        assert allowed & {*row["invoked_by"], "any_participant"}, row["code"]
