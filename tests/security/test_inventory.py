"""Everything that somebody could read or start stands in a table kept by hand, with who may and how much of it.

A new address, member of an answer, export, task, command, topic or table fails here until somebody has said who may
have it. What is gone has to go from the table too.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.security.surface import found

with (Path(__file__).parent / "inventory.csv").open(encoding="utf-8", newline="") as file:
    KEPT = list(csv.DictReader(file))
WHO = {
    "anybody",  # a resident without an account
    "nobody yet",  # who has not logged in
    "everybody",  # every account, for what it sees
    "oneself",
    "participants",  # members of an agency that sees the case, in a role that works on cases
    "participants at work",  # the same without those who only look on
    "holders of the task",
    "whoever acts",
    "whoever asked",
    "readers of the trail",  # cases.selectors.events
    "readers of the list",  # cases.intake.selectors.visible_batches
    "senders of lists",
    "commission in charge",  # cases.intake.tips.opening
    "agency administrators",
    "helpers of accounts",  # agencies.authority.may_help
    "overseers",  # supervision of the region, and whoever the registers name beside it
    "tariff readers",  # cases.workflow.reference.comparison.may_compare
    "operator",  # at the shell of the server
    "system",  # no person
}
RULES = {
    "public", "own data", "own tasks", "own agency and sub-units", "demo only", "permission matrix",
    "404 for everybody else", "only what the reader sees", "only where the case is visible",
    "counts what the reader sees", "no personal data", "staff: by name", "names a place", "as typed", "masked",
    "long numbers masked", "field table", "own region; export recorded",
    "masked; revealed for 30 minutes with a reason", "codes and figures only",
    "numbers and stages only", "commitments only", "keyed hashes only", "lineage: number only", "sealed on arrival",
    "secret: own session", "secret: written only", "file as uploaded; reading recorded", "in clear at the shell",
    "own rows in clear; export recorded", "one word", "sealed; opened for 30 minutes with a reason",
}  # fmt: skip


@pytest.fixture(scope="module")
def differences() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    real, kept = found(), {(row["sort"], row["thing"]) for row in KEPT}
    return sorted(real - kept), sorted(kept - real)


def test_nothing_is_open_that_nobody_has_decided_about(differences):
    assert differences[0] == [], "say in tests/security/inventory.csv who may have this, and how much of it"


def test_nothing_is_kept_that_is_gone(differences):
    assert differences[1] == [], "take this out of tests/security/inventory.csv"


def test_each_line_says_who_and_how_much_in_known_words():
    wrong = [row for row in KEPT if row["who"] not in WHO or row["rule"] not in RULES]
    assert wrong == []
    assert {row["rule"] for row in KEPT} == RULES
    assert {row["who"] for row in KEPT} == WHO


def test_each_thing_stands_once():
    things = [(row["sort"], row["thing"]) for row in KEPT]
    assert len(things) == len(set(things))


def test_what_is_found_is_not_nothing():
    sorts = {sort for sort, _ in found()}
    assert sorts == {"url", "field", "export", "task", "command", "topic", "table"}
