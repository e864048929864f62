"""The workflow table against the signed-off permission matrix, cell by cell. Neither is made from the other."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from cases.workflow.actions import Action
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.transitions import TRANSITIONS

MATRIX = Path(__file__).resolve().parent.parent / "permission-matrix.csv"
SIGNED_OFF = "8bd7da93905bcf5a5cb85baf4154727ebd0e2e25d1bed50715e80c4bb2c55377"
# The table's words for the two phrases of the matrix that contain spaces.
WORDS = {
    "any participant": "any_participant",
    "any but supervisor and agency_admin": "any_but_supervisor_and_admin",
}
with MATRIX.open(encoding="utf-8", newline="") as file:
    ROWS = {row["action"]: row for row in csv.DictReader(file)}


def cell(action: str, column: str) -> set[str]:
    return {WORDS.get(part, part) for part in ROWS[action][column].split("|") if part}


def test_the_copy_is_the_signed_off_matrix() -> None:
    assert hashlib.sha256(MATRIX.read_bytes()).hexdigest() == SIGNED_OFF


def test_there_is_one_row_for_each_of_the_71_acts() -> None:
    assert len(ROWS) == 71
    assert list(TRANSITIONS) and set(TRANSITIONS) == set(ROWS) == {action.value for action in Action}


@pytest.mark.parametrize("action", sorted(ROWS))
def test_the_row_says_what_the_matrix_says(action: str) -> None:
    row = TRANSITIONS[action]
    assert row.action.value == action
    assert row.label.zh == ROWS[action]["label_zh"]
    assert set(row.agency) == cell(action, "agency")
    assert set(row.role) == cell(action, "role")
    assert set(row.from_stages) == cell(action, "from_stage")
    assert set(row.to_stages) == cell(action, "to_stage")
    assert set(row.completes) == cell(action, "completes")
    assert set(row.opens) == cell(action, "opens")
    assert set(row.must_differ_from) == cell(action, "must_differ_from")


@pytest.mark.parametrize("action", sorted(ROWS))
def test_no_cell_of_a_row_is_said_twice(action: str) -> None:
    row = TRANSITIONS[action]
    for values in (row.agency, row.role, row.from_stages, row.to_stages, row.completes, row.opens, row.basis):
        assert len(values) == len(set(values))


def test_only_withdrawals_and_waivers_end_work_of_another_agency() -> None:
    assert {a for a, row in TRANSITIONS.items() if row.over} == {"withdraw_suspension", "waive_finding"}


def test_every_kind_of_task_of_the_matrix_is_known_and_no_other() -> None:
    named = {k for action in ROWS for column in ("completes", "opens") for k in cell(action, column)}
    assert {k for k in named if not k.startswith("=")} == set(KINDS)


def test_the_tasks_that_may_live_on_in_a_closed_case_are_those_of_gate_10() -> None:
    assert {k for k, kind in KINDS.items() if kind.allowed_in_closed} == {
        "follow_up",
        "restore_supply",
        "confirm_restoration",
        "review_bill",
        "answer_urge",
        "advise_owner",
        "answer_assistance",
        "reply_referral",
        "rule_on_return",
        "decide_extension",
    }


@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        ("decide_objection", {"suspension", "penalty_tariff"}),
        ("acknowledge_referral", {"monitoring", "verification", "suspension", "penalty_tariff"}),
        ("follow_up", {"closed"}),
        ("receive_transfer", set()),
        ("execute_suspension", set()),
        ("issue_bill", set()),
    ],
)
def test_leaving_a_stage_ends_all_but_the_tasks_that_outlive_it(kind: str, stages: set[str]) -> None:
    assert KINDS[kind].lives_in == stages


def test_the_four_findings_go_to_the_four_agencies() -> None:
    assert {kind: KINDS[kind].addressee for kind in FINDING_KINDS} == {
        "trace_subscriber": "telecom_bureau",
        "check_consumption": "grid_company",
        "analyse_traffic": "cyberspace_office",
        "inspect_site": "development_commission",
    }
