"""Versions of rules: proposed by one, decided by another, for a region that theirs covers; every step an event."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.actors import find_actor
from audit.models import Event
from audit.verification import verify
from cases.models.rules import RuleVersion
from cases.rules.deciding import approve, ending_of, reject
from cases.rules.proposing import propose, take_back
from cases.selectors.rules.entered import entered_rules, in_force
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from tests.rules.papers import NOW, approved, draft, proposed
from tests.rules.test_use import surcharged_case
from tests.workflow.world import World

CITY = {"region": "320300", "body": {"rate": None, "covers_persons": True, "number": "徐发改〔2026〕9号"}}


def decide(version: RuleVersion, who: str, **more: Any) -> RuleVersion:
    return approve(actor=find_actor(who), version_id=version.pk, now=NOW, **more)


def events(kind: str = "surcharge_document") -> list[tuple[str, dict[str, Any]]]:
    found = Event.objects.filter(stream=f"rules/{kind}").order_by("seq")
    return [(event.action, json.loads(bytes(event.body))["data"]) for event in found]


def test_two_people_make_a_version_and_both_steps_are_events(demo_city: None) -> None:
    version = proposed()
    assert in_force("surcharge_document", "320303", date(2026, 12, 1)) == ()
    decide(version, "js-drc-approver1")
    (held,) = in_force("surcharge_document", "320303", date(2026, 12, 1))
    assert (held.id, held.body["rate"], held.certainty) == (str(version.pk), "0.5000", "V-P")
    assert in_force("surcharge_document", "320303", date(2026, 11, 30)) == ()
    assert in_force("surcharge_document", "330100", date(2026, 12, 1)) == ()
    (first, told), (second, then) = events()
    assert (first, second) == ("rule_proposed", "rule_approved")
    assert told["content"]["body"]["rate"] == "0.5000"
    assert told["digest"] == then["digest"] == version.digest
    assert not verify().problems


def test_who_proposed_does_not_decide(demo_city: None) -> None:
    world = World("2026-11-26 10:00")
    world.give("js-drc-handler1", "reviewer", "320000-drc")
    version = proposed("js-drc-handler1")
    with pytest.raises(NotAllowed) as refused:
        decide(version, "js-drc-handler1")
    assert refused.value.code == "same_person"
    with pytest.raises(NotAllowed):
        reject(actor=find_actor("js-drc-handler1"), version_id=version.pk, reason="否", now=NOW)
    assert RuleVersion.objects.get().status == "proposed"


@pytest.mark.parametrize(
    "who", ["drc-reviewer1", "drc-approver1", "js-drc-handler2", "sup-supervisor1", "grid-approver1"]
)
def test_a_province_is_decided_by_its_own_commission_alone(demo_city: None, who: str) -> None:
    version = proposed("drc-handler1")
    with pytest.raises(NotAllowed) as refused:
        decide(version, who)
    assert refused.value.code == "may_not_decide"
    assert decide(version, "js-drc-reviewer1").status == "approved"


@pytest.mark.parametrize("who", ["grid-billing1", "drc-reviewer1", "js-drc-approver1", "admin1", "xzsup-supervisor1"])
def test_nobody_else_proposes_a_document(demo_city: None, who: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        proposed(who)
    assert refused.value.code == "may_not_propose"
    assert not RuleVersion.objects.exists()


def test_a_commission_proposes_for_its_own_region_and_those_around_it_only(demo_city: None) -> None:
    with pytest.raises(NotAllowed):
        proposed("drc-handler1", **{**CITY, "region": "320500"})
    assert proposed("drc-handler1", **CITY).region_id == "3203"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"region": "999999"}, "region"),
        ({"source": " "}, "source"),
        ({"article": "x" * 201}, "article"),
        ({"certainty": "sure"}, "certainty"),
        ({"effective_from": None}, "effective_from"),
        ({"effective_to": date(2026, 11, 30)}, "effective_to"),
        ({"effective_from": date.max}, "effective_from"),
        ({"effective_to": date.max}, "effective_to"),
        ({"body": {"rate": "0.29"}}, "rate"),
        ({"body": {"rate": "0.30001"}}, "rate"),
        ({"body": {"rate": "abc"}}, "rate"),
        ({"body": {"number": ""}}, "number"),
        ({"body": {"volume": "share", "share": "1"}}, "share"),
        ({"body": {"volume": "half"}}, "volume"),
        ({"body": {"covers_persons": "yes"}}, "covers_persons"),
        ({"body": {"status": "maybe"}}, "status"),
        ({"body": {"extra": "x"}}, "extra"),
        ({"region": "320300"}, "rate"),
        ({"supersedes": "nothing"}, "supersedes"),
        ({"repeal": True}, "supersedes"),
    ],
)
def test_what_cannot_be_a_version_is_refused_by_its_field(demo_city: None, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        proposed(**more)
    assert set(refused.value.fields) == {field}
    assert not RuleVersion.objects.exists()
    assert not Event.objects.filter(stream__startswith="rules/").exists()


def test_the_scanned_paper_is_kept_with_its_hash(demo_city: None) -> None:
    paper = SimpleUploadedFile("文件.pdf", b"%PDF-1.7 paper")
    version = propose(actor=find_actor("js-drc-handler1"), draft=draft(), now=NOW, upload=paper)
    assert version.file is not None
    assert events()[0][1]["content"]["file"] == version.file.sha256
    page = SimpleUploadedFile("文件.pdf", b"<html>")
    with pytest.raises(InvalidInput) as refused:
        propose(actor=find_actor("js-drc-handler1"), draft=draft(), now=NOW, upload=page)
    assert set(refused.value.fields) == {"file"}


def test_no_day_has_two_versions_of_one_paper(demo_city: None) -> None:
    approved(effective_to=date(2027, 11, 30))
    with pytest.raises(InvalidInput) as refused:
        proposed(effective_from=date(2027, 11, 30), body={"number": "苏发改价格发 [2026] 88号"})
    assert "2026-12-01 至 2027-11-30" in refused.value.fields["effective_from"].zh
    assert approved(effective_from=date(2027, 12, 1)).status == "approved"
    assert approved(body={"number": "苏发改价格发〔2026〕99号"}).status == "approved"


def test_of_two_open_proposals_for_one_day_the_second_is_refused(demo_city: None) -> None:
    one, other = proposed(), proposed("js-drc-handler2", body={"rate": "0.60"})
    decide(one, "js-drc-approver1")
    with pytest.raises(GuardRefused) as refused:
        decide(other, "js-drc-approver1")
    assert refused.value.code == "overlaps"


def test_a_version_that_follows_another_ends_it_the_day_before(demo_city: None) -> None:
    old = approved()
    new = approved(supersedes=str(old.pk), effective_from=date(2027, 3, 1), body={"rate": "0.80"})
    old.refresh_from_db()
    assert (old.status, old.holds_to, old.effective_to) == ("approved", date(2027, 2, 28), None)
    days = {day: in_force("surcharge_document", "3203", day) for day in (date(2027, 2, 28), date(2027, 3, 1))}
    assert [[held.id for held in found] for found in days.values()] == [[str(old.pk)], [str(new.pk)]]
    assert events()[-1][1]["ended"] == {
        "version": str(old.pk),
        "status": "approved",
        "holds_to": "2027-02-28",
        "used_by": [],
    }
    assert not verify().problems


def test_a_correction_from_the_first_day_on_leaves_no_day_to_the_one_before(demo_city: None) -> None:
    old = approved()
    new = approved(supersedes=str(old.pk), body={"rate": "0.55"})
    old.refresh_from_db()
    assert old.status == "withdrawn"
    assert [held.id for held in entered_rules().versions] == [str(new.pk)]
    assert not verify().problems
    with pytest.raises(InvalidInput):
        proposed(supersedes=str(old.pk), effective_from=date(2028, 1, 1))


def test_a_repeal_takes_two_people_as_well(demo_city: None) -> None:
    old = approved()
    repeal = proposed(supersedes=str(old.pk), repeal=True, effective_from=date(2027, 6, 1))
    assert in_force("surcharge_document", "3203", date(2027, 6, 1))
    decide(repeal, "js-drc-reviewer1")
    assert in_force("surcharge_document", "3203", date(2027, 5, 31))
    assert not in_force("surcharge_document", "3203", date(2027, 6, 1))
    assert not verify().problems


def test_two_proposals_after_one_version_cannot_both_follow_it(demo_city: None) -> None:
    old = approved()
    first = proposed(supersedes=str(old.pk), body={"rate": "0.60"})
    second = proposed(supersedes=str(old.pk), body={"rate": "0.70"})
    decide(first, "js-drc-reviewer1")
    with pytest.raises(GuardRefused) as refused:
        decide(second, "js-drc-reviewer1")
    assert refused.value.code == "superseded_already"


def test_a_decided_version_is_not_decided_again(demo_city: None) -> None:
    version = approved()
    for again in (
        lambda: decide(version, "js-drc-reviewer1"),
        lambda: reject(actor=find_actor("js-drc-reviewer1"), version_id=version.pk, reason="否", now=NOW),
        lambda: take_back(actor=find_actor("js-drc-handler1"), version_id=version.pk, now=NOW),
    ):
        with pytest.raises(GuardRefused) as refused:
            again()
        assert refused.value.code == "already_decided"


def test_a_rejection_says_why_and_a_proposal_is_taken_back_by_its_own(demo_city: None) -> None:
    version, other = proposed(), proposed(body={"number": "苏发改价格发〔2026〕90号"})
    with pytest.raises(InvalidInput):
        reject(actor=find_actor("js-drc-reviewer1"), version_id=version.pk, reason=" ", now=NOW)
    found = reject(actor=find_actor("js-drc-reviewer1"), version_id=version.pk, reason="文号有误", now=NOW)
    assert (found.status, found.reason) == ("rejected", "文号有误")
    with pytest.raises(NotAllowed):
        take_back(actor=find_actor("js-drc-handler2"), version_id=other.pk, now=NOW)
    assert take_back(actor=find_actor("js-drc-handler1"), version_id=other.pk, now=NOW).status == "taken_back"
    assert "文号" not in json.dumps(events(), ensure_ascii=False)
    assert not entered_rules().versions
    assert not verify().problems


def test_a_retroactive_change_names_the_cases_that_rest_on_the_version(demo_city: None) -> None:
    old = approved(effective_from=date(2026, 11, 1), now=NOW - timedelta(days=25))
    case_id, number = surcharged_case()
    new = proposed(supersedes=str(old.pk), effective_from=date(2026, 11, 1), body={"rate": "0.60"})
    with pytest.raises(GuardRefused) as refused:
        decide(new, "js-drc-approver1")
    assert (refused.value.code, refused.value.figures) == ("uses_not_seen", {"cases": "1"})
    ending = ending_of(RuleVersion.objects.get(pk=new.pk), NOW)
    assert ending is not None
    assert ending.used_by == ((case_id, number),)
    decide(new, "js-drc-approver1", seen=True)
    assert events()[-1][1]["ended"]["used_by"] == [case_id]
