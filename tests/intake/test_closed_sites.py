"""A new hit on a closed site: a case of its own that names the first one, looked at first; nothing returns silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from agencies.actors import find_actor
from audit import clock
from cases.models import Case, Site, SiteSuggestion
from cases.selectors.case import get_case
from cases.workflow.engine import perform
from cases.workflow.errors import WorkflowError
from tests.intake.samples import bring, rows_of
from tests.intake.small import FLAT, ONE, TELECOM, TRACE, cases, located, meters, seen, sheet
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")
METER = ("3203000000017", "孙玲", FLAT)


def act(case: Case, who: str, action: str, **data: Any) -> None:
    perform(
        case_id=case.id,
        action=action,
        actor=find_actor(who),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def excluded(case: Case) -> Case:
    act(case, "drc-handler1", "propose_exclusion", reason_code="browsing", explanation="误报")
    act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    case.refresh_from_db()
    assert case.outcome == "false_positive"
    return case


def test_a_hit_on_a_site_closed_as_false_alarm_is_looked_at_first_and_counts_no_relapse() -> None:
    meters(METER, name="九月")
    first = excluded(Case.objects.get())
    meters(METER, name="十月", month="2026.10")
    again = Case.objects.exclude(id=first.id).get()
    assert again.level == "priority"
    assert again.facts["relapse"]["of"] == first.number
    assert (again.facts["relapse"]["outcome"], again.facts["relapse"]["count"]) == ("false_positive", 0)
    first.refresh_from_db()
    assert (first.stage, first.outcome) == ("closed", "false_positive"), "it never re-opens silently"
    assert rows_of("十月")[0]["effect"] == "new_case"


@pytest.mark.parametrize(
    ("finding", "outcome"), [("already_stopped", "self_stopped"), ("compromised", "compromised_victim")]
)
def test_each_return_after_a_closing_with_something_found_counts(finding: str, outcome: str) -> None:
    meters(METER, name="0", month="2026.01")
    first = latest = Case.objects.get()
    for turn in range(1, 3):
        closed(latest, finding)
        meters(METER, name=str(turn), month=f"2026.0{turn + 1}")
        now = Case.objects.get(facts__relapse__of=latest.number)
        assert (now.facts["relapse"]["count"], now.level) == (turn, "priority")
        assert now.facts["relapse"]["outcome"] == outcome
        latest = now
    assert Case.objects.count() == 3
    site = Site.objects.get()
    assert site.case == latest
    assert site.previous_case_id not in (first.id, latest.id)


def closed(case: Case, finding: str = "already_stopped") -> Case:
    """Verified, and closed by what was determined."""
    world = World()
    world.now = clock.now()
    world.verified(str(case.id), finding=finding, subject="natural_person")
    world.determined(str(case.id), finding=finding, subject="natural_person", disposals=["close"])
    case.refresh_from_db()
    assert case.stage == "closed"
    return case


def test_both_pages_and_the_api_lead_to_each_other() -> None:
    meters(METER, name="九月")
    first = excluded(Case.objects.get())
    meters(METER, name="十月", month="2026.10")
    again = Case.objects.exclude(id=first.id).get()
    client = Client()
    client.post("/login/", {"username": "drc-handler1", "password": settings.DEMO_PASSWORD})
    old, new = (client.get(f"/cases/{case.number}/").content.decode() for case in (first, again))
    assert "后续复燃案件" in old
    assert f"/cases/{again.number}/" in old
    assert "再次命中的原案" in new
    assert "误报排除" in new
    assert f"/cases/{first.number}/" in new
    told = get_case(find_actor("drc-handler1"), first.number)
    assert told is not None
    assert told["relapses"] == [{"id": str(again.id), "number": again.number}]


def test_the_later_case_is_named_only_to_who_sees_it() -> None:
    meters(METER, name="九月")
    case = closed(Case.objects.get())
    meters(METER, name="十月", month="2026.10")
    told = get_case(find_actor("grid-handler1"), case.number)
    assert told is not None
    assert told["relapses"] == []


def test_two_rows_of_one_list_on_a_closed_site_open_one_case() -> None:
    meters(METER, name="九月")
    excluded(Case.objects.get())
    meters(METER, ("3203000000017", "孙玲", "云龙区民主路12号3号楼2单元501室"), name="十", month="2026.10")
    assert Case.objects.count() == 2
    assert [row["effect"] for row in rows_of("十")] == ["new_case", "none"]


def test_a_carriers_reply_to_a_closed_case_is_no_new_hit() -> None:
    bring("telecom", sheet(TELECOM, seen(1, ONE, 1001, 1)), name="名单")
    first = excluded(Case.objects.get())
    bring("trace", sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), name="答复")
    assert Case.objects.get().id == first.id
    assert rows_of("答复")[0]["effect"] == "none"


def test_a_hit_on_a_case_that_was_merged_and_closed_with_its_survivor_names_the_survivor() -> None:
    meters(METER, ("3203000000018", "李敏", "云龙区和平路7号"), name="九月")
    survivor, case = Case.objects.order_by("number")
    act(case, "drc-handler1", "merge_case", survivor=survivor.number, reason_code="same_site")
    excluded(survivor)
    meters(("3203000000018", "李敏", "云龙区和平路7号"), name="十月", month="2026.10")
    again = Case.objects.get(stage="monitoring")
    assert again.facts["relapse"]["of"] == survivor.number


def test_an_address_that_is_somebody_elses_by_now_raises_no_relapse_on_a_household() -> None:
    def at(number: int, day: str) -> tuple[object, ...]:
        return number, ONE, 1000 + number, "xmr.pool.example", f"{day} 08:00", f"{day} 20:00", "云龙区"

    bring("telecom", sheet(TELECOM, at(1, "2026-06-01")), name="名单")
    first = excluded(Case.objects.get())
    bring("telecom", sheet(TELECOM, at(2, "2026-10-01")), name="又")
    again = Case.objects.get(stage="monitoring")
    assert "relapse" not in again.facts
    assert again.level == "normal"
    assert not SiteSuggestion.objects.exists(), "a closed case is not merged, so nothing is asked"
    # A few days after the sight it is one.
    bring("telecom", sheet(TELECOM, at(3, "2026-06-20")), name="三")
    assert Case.objects.get(number=cases("三")[0]).facts["relapse"]["of"] == first.number


def test_a_closed_case_takes_no_signal_whoever_brings_it() -> None:
    meters(METER, name="九月")
    first = excluded(Case.objects.get())
    with pytest.raises(WorkflowError):
        act(first, "drc-handler1", "attach_signal", signals=[{"family": "energy", "count": 1}], source="grid")
    first.refresh_from_db()
    assert first.stage == "closed"
