"""Four-eyes across a substitution: what a substitute does counts as done by both, on that case, for its whole life."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actors import find_actor, system_actor
from agencies.models import Agency, User
from agencies.services import end_substitution, grant_role
from audit import clock
from cases.workflow import engine
from cases.workflow.engine import available_actions
from cases.workflow.errors import NotAllowed
from notifications.relay import deliver_all
from notifications.selectors import inbox
from tests.agencies.cast import NOW, events
from tests.agencies.test_substitutions import stand_in
from tests.api.conftest import Person
from tests.web import story
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")
DRC = "320300-drc"
WHY = {"reason_code": "node", "explanation": "区块链节点"}


def substitute(absent: str, by: str, *roles: str) -> Any:
    return stand_in(absent=absent, substitute=by, code=DRC, roles=list(roles))


def role(username: str, name: str) -> None:
    grant_role(
        actor=system_actor(), user=User.objects.get(username=username), agency=Agency.objects.get(code=DRC),
        role=name, now=NOW,
    )  # fmt: skip


def decide(who: str, case: Any) -> Any:
    return story.do(who, "decide_exclusion", case, decision="approve")


def refused(who: str, case: Any) -> str:
    with pytest.raises(NotAllowed) as error:
        decide(who, case)
    assert (error.value.code, error.value.status) == ("four_eyes", 403)
    listed = available_actions(case_id=case.case_id, actor=find_actor(who), now=clock.now())
    (greyed,) = [a.refusal for a in listed if a.action == "decide_exclusion"]
    assert greyed.text == error.value.text
    return error.value.text.zh


def test_a_substitute_decides_in_the_name_of_the_absent_and_the_event_says_so() -> None:
    case = story.opened()
    substitute("drc-reviewer1", "drc-handler2", "reviewer")
    story.do("drc-handler1", "propose_exclusion", case, **WHY)
    decide("drc-handler2", case)
    actor = events(f"case/{case.case_id}")[-1]["actor"]
    ids = {u.username: u.pk for u in User.objects.filter(username__in=["drc-handler2", "drc-reviewer1"])}
    assert (actor["id"], actor["on_behalf"], actor["role"]) == (ids["drc-handler2"], ids["drc-reviewer1"], "reviewer")
    assert "on_behalf" not in events(f"case/{case.case_id}")[-2]["actor"]


def test_it_is_shown_as_one_for_the_other_on_pages_and_by_the_api() -> None:
    case = story.opened()
    substitute("drc-reviewer1", "drc-handler2", "reviewer")
    story.do("drc-handler1", "propose_exclusion", case, **WHY)
    decide("drc-handler2", case)
    assert "陈洁 代 周启明" in entered("drc-handler1").get(f"/cases/{case.number}/").content.decode()
    assert "陈洁 代 周启明" in entered("xzsup-supervisor1").get(f"/audit/?case={case.number}").content.decode()
    rows = Person("drc-handler1").get(f"cases/{case.number}/timeline").data["results"]
    assert [(row["on_behalf"] or {}).get("name") for row in rows] == [None, None, "周启明"]
    found = Person("xzsup-supervisor1").get(f"events/?case={case.number}").data["results"]
    assert [(row["on_behalf"] or {}).get("name") for row in found] == ["周启明", None, None]


def test_who_proposed_does_not_decide_as_somebodys_substitute() -> None:
    case = story.opened()
    substitute("drc-reviewer1", "drc-handler1", "reviewer")
    story.do("drc-handler1", "propose_exclusion", case, **WHY)
    assert "“提出误报排除”是你办理的" in refused("drc-handler1", case)


def test_what_the_absent_proposed_their_substitute_does_not_decide() -> None:
    case = story.opened()
    role("drc-reviewer1", "handler")
    story.do("drc-reviewer1", "propose_exclusion", case, **WHY)
    substitute("drc-reviewer1", "drc-handler2", "reviewer")
    assert "由周启明或其代理人办理，你代周启明不能办理" in refused("drc-handler2", case)
    decide("drc-reviewer2", case)


def test_what_was_proposed_for_the_absent_neither_of_them_decides() -> None:
    case = story.opened()
    role("drc-handler1", "reviewer")
    substitute("drc-handler1", "drc-reviewer1", "handler")
    story.do("drc-reviewer1", "propose_exclusion", case, **WHY)
    assert "是你办理的" in refused("drc-reviewer1", case)
    assert "是他人代你办理的" in refused("drc-handler1", case)
    decide("drc-reviewer2", case)


def test_neither_does_a_second_substitute_of_the_same_person() -> None:
    case = story.opened()
    role("drc-handler1", "reviewer")
    substitute("drc-handler1", "drc-reviewer1", "handler")
    story.do("drc-reviewer1", "propose_exclusion", case, **WHY)
    substitute("drc-handler1", "drc-handler2", "reviewer")
    assert "由李明远或其代理人办理" in refused("drc-handler2", case)


def test_a_post_of_ones_own_goes_before_one_that_is_exercised_for_another() -> None:
    """Both reviewers: what one does with the own role is not done for the absent, and binds nobody else."""
    case = story.opened()
    role("drc-reviewer1", "handler")
    story.do("drc-reviewer1", "propose_exclusion", case, **WHY)
    substitute("drc-reviewer1", "drc-reviewer2", "reviewer")
    decide("drc-reviewer2", case)
    assert "on_behalf" not in events(f"case/{case.case_id}")[-1]["actor"]


def test_it_ends_with_the_next_request() -> None:
    case = story.opened()
    made = substitute("drc-reviewer1", "drc-handler2", "reviewer")
    story.do("drc-handler1", "propose_exclusion", case, **WHY)
    client = entered("drc-handler2")
    form = f"/cases/{case.number}/actions/decide_exclusion/"
    assert "需“审核”角色" not in client.get(form).content.decode()
    end_substitution(actor=find_actor("sec-admin1"), substitution=made, now=clock.now())
    assert "需“审核”角色" in client.get(form).content.decode()
    with pytest.raises(NotAllowed, match="需“审核”角色"):
        decide("drc-handler2", case)


def test_a_decision_still_reads_and_writes_in_two_statements() -> None:
    case = story.opened()
    substitute("drc-reviewer1", "drc-handler2", "reviewer")
    story.do("drc-handler1", "propose_exclusion", case, **WHY)
    actor, now = find_actor("drc-handler2"), clock.now()
    available_actions(case_id=case.case_id, actor=actor, now=now)  # the directory is read once a process
    with CaptureQueriesContext(connection) as sent:
        engine.perform(
            case_id=case.case_id, action="decide_exclusion", actor=actor, data={"decision": "refuse"},
            expected_version=None, idempotency_key=None, now=now,
        )  # fmt: skip
    statements = [q["sql"] for q in sent.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert [statement[:18] for statement in statements] == ["SELECT case_load('", "SELECT case_commit"]


def test_tasks_of_the_absent_stand_among_ones_own_and_their_messages_come_too() -> None:
    case = story.opened()
    story.do("drc-reviewer1", "assign_task", case, assignee="drc-handler1")
    substitute("drc-handler1", "drc-reviewer2", "handler")
    page = entered("drc-reviewer2").get("/?scope=mine").content.decode()
    assert case.number in page
    assert '<span class="tagx info">代</span>' in page
    assert case.number in entered("drc-reviewer2").get("/tasks/?assignee=me").content.decode()
    found = Person("drc-reviewer2").get("tasks/?mine=true").data["results"]
    assert [task["case"]["number"] for task in found] == [case.number]
    assert case.number not in entered("drc-reviewer1").get("/?scope=mine").content.decode()
    deliver_all()
    for username in ("drc-handler1", "drc-reviewer2"):
        assert "task.assigned" in [m.topic for m in inbox(find_actor(username))], username
