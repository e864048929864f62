"""From the facts of a case, or the fate of a row, to what the issuer is told."""

from __future__ import annotations

from typing import Any

import pytest

from cases.intake.feedback import answers
from cases.intake.feedback.answers import Answer, CaseState, of_case, of_fate
from cases.workflow.forms import choices


def state(
    stage: str, *, outcome: str | None = None, region: str = "320303", ordinary: bool = True, **facts: Any
) -> CaseState:
    return CaseState(stage, outcome, region, ordinary, facts)


def decided(finding: str, *disposals: str, subject: str = "enterprise") -> dict[str, Any]:
    kinds = [{"kind": kind} for kind in disposals]
    return {"state": "decided", "finding": finding, "subject": subject, "disposals": kinds}


def test_the_words_cover_every_code_of_the_workflow():
    assert answers.FINDINGS.keys() == {code for code, _ in choices.FINDINGS}
    assert answers.SUBJECTS.keys() == {code for code, _ in choices.SUBJECTS}
    assert answers.DISPOSALS.keys() >= {code for code, _ in choices.DISPOSALS}


MOVED = "transferred"
CASES = [
    (state("monitoring"), Answer(False, progress="triage")),
    (state("monitoring", monitoring={"reason": "x"}), Answer(False, progress="watching")),
    (state("verification"), Answer(False, progress="verifying")),
    (state("verification", determination={"state": "proposed", "finding": "x"}), Answer(False, progress="verifying")),
    (
        state("suspension", determination=decided("self_operated", "suspension")),
        Answer(True, "self_operated", "enterprise", ("suspension",), "suspending"),
    ),
    (
        state("suspension", determination=decided("self_operated", "suspension"), suspension={"state": "executed"}),
        Answer(True, "self_operated", "enterprise", ("suspension",), "suspended"),
    ),
    (
        state("penalty_tariff", determination=decided("hosted", "surcharge"), surcharge={"state": "billing"}),
        Answer(True, "hosted", "enterprise", ("surcharge",), "surcharged"),
    ),
    (
        state("monitoring", determination=decided("self_operated", "continue_monitoring", subject="natural_person")),
        Answer(True, "self_operated", "natural_person", ("continue_monitoring",), "watching"),
    ),
    (
        state("verification", determination=decided("self_operated", "refer"), referrals=[{"partner": 1}]),
        Answer(True, "self_operated", "enterprise", ("refer",), "verifying"),
    ),
    # Back where findings are made, an earlier one no longer stands.
    (state("verification", determination=decided("self_operated", "suspension")), Answer(False, progress="verifying")),
    (state("monitoring", determination=decided("self_operated", "suspension")), Answer(False, progress="triage")),
    (
        state("closed", outcome="compromised_victim", determination=decided("compromised", "close"), advice={"m": 1}),
        Answer(True, "compromised", "enterprise", ("advice", "close"), "closed"),
    ),
    (
        state("closed", outcome="false_positive", exclusion={"state": "approved"}),
        Answer(True, "false_positive", "unknown", ("close",), "closed"),
    ),
    (state("closed", outcome="transferred"), Answer(True, "outside_jurisdiction", "unknown", ("close",), MOVED)),
    # The case went to another region's commission, and what that finds is not ours to tell.
    (
        state("verification", region="320102", findings={"inspect_site": {"subject": "enterprise"}}),
        Answer(True, "outside_jurisdiction", "", (), "transferred"),
    ),
    # A case that is more confidential than usual is told of in no file.
    (
        state("closed", ordinary=False, outcome="handled", determination=decided("self_operated", "close")),
        Answer(False, progress="verifying"),
    ),
    (
        state("closed", outcome="false_positive", findings={"trace_subscriber": {"subject": "sole_trader"}}),
        Answer(True, "false_positive", "sole_trader", ("close",), "closed"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "answer"), CASES)
def test_a_case_is_answered(case: CaseState, answer: Answer) -> None:
    assert of_case(case, "3203") == answer


@pytest.mark.parametrize(
    ("fate", "answer"),
    [
        ("reject:not_global", Answer(True, "not_locatable", progress="refused")),
        ("reject:well_known", Answer(True, "false_positive", progress="refused")),
        ("weak:no_port", Answer(True, "not_locatable", progress="supplement")),
        ("accept", Answer(False, progress="waiting")),
    ],
)
def test_a_row_without_a_case_is_answered_by_its_fate(fate: str, answer: Answer) -> None:
    assert of_fate(fate) == answer
