"""What an approved version is to the acts: gate 9, ground G7, the rules named in every event; and never a stale one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from cases.models import Case
from cases.policy.entered import Entered, Version
from cases.policy.law import RULE_SET_VERSION
from cases.policy.surcharge import surcharge_rule
from cases.selectors.rules.entered import entered_rules
from tests.rules.papers import DOCUMENT, approved, proposed, version
from tests.workflow.desk import FILE, Desk, plan, proposal
from tests.workflow.world import World


def planning(*versions: Version, **facts: Any) -> Desk:
    desk = Desk().verified(**facts).determined("surcharge")
    desk.rules = Entered(versions)
    return desk


def test_the_rate_of_the_registered_document_is_the_one_that_is_charged() -> None:
    desk = planning(version())
    assert desk.refused("drc-handler1", "propose_surcharge", **plan(rate="0.30")).code == "rate_below_document"
    body = desk.act("drc-handler1", "propose_surcharge", **plan(rate="0.50"))
    assert desk.fact("surcharge", "document") == DOCUMENT["number"]
    assert desk.fact("surcharge", "rule_versions") == ["v1"]
    assert desk.fact("surcharge", "local") is False
    assert body["rules"] == desk.rules.rule_set != RULE_SET_VERSION


@pytest.mark.parametrize(
    "other",
    [
        {"region": "33"},
        {"effective_to": date(2026, 11, 2)},
        {"effective_from": date(2026, 11, 4)},
        {"body": {"status": "draft"}},
        {"body": {"status": "repealed"}},
    ],
)
def test_of_another_region_or_day_or_a_draft_it_is_no_basis(other: dict[str, Any]) -> None:
    desk = planning(version(**other))
    assert desk.refused("drc-handler1", "propose_surcharge", **plan(rate="0.50")).code == "rate_without_document"
    desk.planned()
    assert desk.fact("surcharge", "document") == "发改运行〔2021〕1283号"
    assert "rule_versions" not in desk.view.facts["surcharge"]


def test_a_registered_document_that_covers_persons_reaches_them_from_its_own_day() -> None:
    desk = planning(version(body={"covers_persons": True}))
    desk.view.facts["determination"]["subject"] = "natural_person"
    desk.view.facts["determination"]["proven_from"] = "2026-09-01"
    early = desk.refused("drc-handler1", "propose_surcharge", **plan(rate="0.50", starts_on="2026-09-30"))
    assert early.code == "start_before_document"
    desk.planned(rate="0.50", starts_on="2026-10-01")
    assert desk.fact("surcharge", "covers_persons") is True


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"document_from": "2026-10-02"}, "document_from"),
        ({"document_from": "2026-10-01", "document_to": "2027-01-01"}, "document_to"),
        ({"document_from": "2026-10-01", "document_covers_persons": True}, "document_covers_persons"),
    ],
)
def test_what_is_typed_of_a_registered_document_has_to_be_what_is_registered(typed: dict[str, Any], field: str) -> None:
    desk = planning(version())
    named = {"local_document": "苏发改价格发[2026]88号", "document_file": FILE, "rate": "0.50"}
    error = desk.refused("drc-handler1", "propose_surcharge", **plan(**named, **typed))
    assert set(error.fields) == {field}
    desk.planned(**named, document_from="2026-10-01")
    assert desk.fact("surcharge", "rule_versions") == ["v1"]


def test_a_registered_document_is_chosen_by_its_number_alone() -> None:
    desk = planning(version())
    chosen = plan(rate="0.50", local_document="苏发改价格发[2026]88号")
    assert desk.refused("drc-handler1", "propose_surcharge", **{**chosen, "rate": "0.30"}).code == "rate_below_document"
    desk.act("drc-handler1", "propose_surcharge", **chosen)
    kept = {name: desk.fact("surcharge", name) for name in ("document", "document_from", "local", "rule_versions")}
    assert kept == {
        "document": DOCUMENT["number"], "document_from": "2026-10-01", "local": False, "rule_versions": ["v1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("other", "more", "missing"),
    [
        ({}, {"local_document": "苏发改价格发〔2026〕99号"}, "document_from"),  # not on record: said as before
        ({"body": {"status": "draft"}}, {}, "document_from"),
        ({}, {"document_covers_persons": False}, "document_from"),
        ({}, {"document_to": "2027-12-31"}, "document_from"),
        ({}, {"document_from": "2026-10-01"}, "document_file"),
    ],
)
def test_a_document_that_is_not_on_record_is_told_in_full(
    other: dict[str, Any], more: dict[str, Any], missing: str
) -> None:
    desk = planning(version(**other))
    typed = plan(**{"rate": "0.50", "local_document": DOCUMENT["number"], **more})
    assert desk.refused("drc-handler1", "propose_surcharge", **typed).missing == (missing,)


@pytest.mark.parametrize("other", [{"region": "33"}, {"effective_to": date(2026, 11, 2)}])
def test_a_document_of_another_place_or_day_is_not_chosen(other: dict[str, Any]) -> None:
    desk = planning(version(**other))
    typed = plan(rate="0.30", local_document=DOCUMENT["number"])
    assert desk.refused("drc-handler1", "propose_surcharge", **typed).code == "document_recorded_otherwise"


def test_a_registered_version_of_a_shipped_paper_takes_its_place_from_its_first_day_on() -> None:
    paper = {"number": "川发改价格规〔2022〕186号", "rate": "1.50"}
    rules = Entered((version(region="51", body=paper, effective_from=date(2025, 1, 1)),))
    rates = {
        day: found.rate
        for day in (date(2024, 12, 31), date(2025, 1, 1), date(2030, 1, 1))
        if (found := surcharge_rule("510100", day, entered=rules.documents))
    }
    assert [str(rate) for rate in rates.values()] == ["2.00", "1.50", "1.50"]
    ended = replace(rules.versions[0], effective_to=date(2025, 12, 31))
    gone = surcharge_rule("510100", date(2026, 6, 1), entered=Entered((ended,)).documents)
    assert gone is not None
    assert gone.document == "发改运行〔2021〕1283号"


def test_a_registered_local_rule_opens_ground_g7_and_the_decision_names_it() -> None:
    typed = proposal("suspension", ground="G7_local_rule")

    def desk_of(*versions: Version) -> Desk:
        desk = Desk().verified()
        desk.rules = Entered(versions)
        return desk

    assert desk_of().refused("drc-handler1", "propose_determination", **typed).code == "no_local_rule"
    other = version("local_suspension_rule", region="3205")
    assert desk_of(other).refused("drc-handler1", "propose_determination", **typed).code == "no_local_rule"
    draft = version("local_suspension_rule", region="3203", body={"status": "draft"})
    assert desk_of(draft).refused("drc-handler1", "propose_determination", **typed).code == "no_local_rule"
    desk = desk_of(version("local_suspension_rule", region="3203"))
    desk.act("drc-handler1", "propose_determination", **typed)
    assert desk.fact("determination", "disposals")[0]["rule_versions"] == ["v1"]


def test_the_name_of_the_rules_follows_every_approved_version() -> None:
    one, other = version(), version(id="v2", digest="e")
    names = {
        Entered().rule_set,
        Entered((one,)).rule_set,
        Entered((one, other)).rule_set,
        Entered((replace(one, effective_to=date(2027, 1, 1)),)).rule_set,
        Entered((replace(one, digest="x"),)).rule_set,
    }
    assert len(names) == 5
    assert Entered().rule_set == RULE_SET_VERSION
    assert Entered((other, one)).rule_set == Entered((one, other)).rule_set


def test_the_next_act_after_an_approval_sees_it_and_the_one_after_sends_no_more_statements(demo_city: None) -> None:
    world = World("2026-12-01 10:00")
    case = world.open()
    assert rules_of(case) == RULE_SET_VERSION
    approved()
    world.act(case, "drc-handler1", "comment", comment="一")
    first = rules_of(case)
    assert first == entered_rules().rule_set != RULE_SET_VERSION
    with CaptureQueriesContext(connection) as queries:
        world.act(case, "drc-handler1", "comment", comment="二")
    sent = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sent) == 2
    assert rules_of(case) == first


def test_a_proposal_or_a_rejection_changes_nothing(demo_city: None) -> None:
    world = World("2026-12-01 10:00")
    case = world.open()
    proposed()
    world.act(case, "drc-handler1", "comment", comment="一")
    assert rules_of(case) == RULE_SET_VERSION


def test_what_a_rolled_back_approval_showed_is_forgotten(demo_city: None) -> None:
    with transaction.atomic():
        approved()
        assert len(entered_rules().versions) == 1
        transaction.set_rollback(True)
    assert entered_rules().versions == ()


def rules_of(case: str) -> str:
    event = Event.objects.filter(stream=f"case/{case}").order_by("-seq").first()
    assert event is not None
    return str(json.loads(bytes(event.body))["rules"])


def surcharged_case() -> tuple[str, str]:
    """A case whose surcharge was planned under the registered document."""
    world = World("2026-11-20 10:00")
    case = world.determined(
        world.verified(world.open()),
        finding="self_operated",
        subject="sole_trader",
        disposals=["surcharge"],
        proven_from="2026-10-01",
    )
    world.act(case, "drc-handler1", "propose_surcharge", **plan(rate="0.50", starts_on="2026-11-10"))
    row = Case.objects.get(pk=case)
    assert row.facts["surcharge"]["rule_versions"]
    return str(row.pk), row.number
