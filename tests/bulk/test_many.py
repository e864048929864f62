"""One act on many cases: the preview asks the gates, the confirmation rests on it, and nothing is done twice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest

from agencies.actors import system_actor
from agencies.models import Membership, User
from agencies.services import disable_user, end_role
from audit import clock
from audit.ids import new_id
from audit.models import Event
from cases.models import Case
from cases.models.bulk import BulkInput, BulkRow, BulkRun
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from cases.workflow.many import working
from cases.workflow.many.acts import ACTS, offered
from cases.workflow.many.steps import Chosen, begin, confirm, fill, find_run, give_up, resume
from tests.bulk.office import chosen, dispatched, fates, row
from tests.workflow.world import World


@pytest.fixture
def world(demo_city: None) -> World:
    world = World()
    clock.set_clock(world.now, frozen=True)
    return world


def do(world: World, run: BulkRun, who: str = "telecom-handler1") -> BulkRun:
    confirm(actor=world.person(who), run_id=run.id, now=world.now)
    return working.work(run.id)


def test_only_acts_without_papers_decisions_and_second_proof_are_done_on_many() -> None:
    for act in ACTS.values():
        assert not act.transition.step_up, act.action
        assert not {"decision", "result", "finding"} & {field.name for field in act.inputs}, act.action
        assert not [f for f in act.transition.inputs if f.kind in ("attachment", "attachments") and f.required]
        assert not [f for f in act.inputs if f.kind in ("attachment", "attachments", "case", "task")], act.action


def test_each_person_is_offered_what_some_post_does(world: World) -> None:
    def acts(who: str) -> set[str]:
        return {act.action.value for act in offered(world.person(who))}

    shared = {"accept_task", "return_task", "request_extension", "comment"}
    assert acts("drc-handler1") == shared | {"assign_task", "dispatch_verification", "continue_monitoring"}
    assert acts("telecom-handler1") == shared | {"assign_task"}
    assert acts("sup-supervisor1") == {"urge"}
    with pytest.raises(NotAllowed, match="不由你的岗位办理"):
        chosen(world, "telecom-handler1", "dispatch_verification", [world.open()], findings=["trace_subscriber"])


def test_the_preview_says_of_each_case_whether_it_applies_and_why_not(world: World) -> None:
    cases = dispatched(world, 3)
    world.act(cases[1], "telecom-handler1", "accept_task")
    world.act(cases[2], "telecom-handler1", "report_subscriber", result="identified", subject="sole_trader", lines=1)
    before = Event.objects.count()
    run = chosen(world, "telecom-handler1", "accept_task", cases)
    assert (run.state, run.counts) == ("ready", {"fits": 1, "unfit": 2})
    assert "无须再次签收" in row(run, cases[1]).says["zh"]
    assert row(run, cases[1]).says["zh"] == world.may(cases[1], "telecom-handler1", "accept_task").refusal.text.zh
    assert row(run, cases[2]).reason == world.may(cases[2], "telecom-handler1", "accept_task").refusal.code
    assert Event.objects.count() == before, "a preview writes nothing on any case"


def test_a_case_that_changed_after_the_preview_is_told_and_not_overwritten(world: World) -> None:
    cases = dispatched(world, 3)
    run = chosen(world, "telecom-handler1", "accept_task", cases)
    world.act(cases[1], "grid-handler1", "accept_task")
    version = world.view(cases[1]).version
    run = do(world, run)
    assert (run.state, dict(fates(run.id))) == ("done", {"done": 2, "changed": 1})
    assert row(run, cases[1]).reason == "stale_version"
    assert world.view(cases[1]).version == version
    done = row(run, cases[0])
    assert (done.done_version, done.leaf) == (world.view(cases[0]).version, _leaf(cases[0]))


def _leaf(case: str) -> str:
    return bytes(Case.objects.get(pk=case).head).hex()


def test_a_second_confirmation_and_a_second_worker_do_nothing_twice(world: World) -> None:
    cases = dispatched(world, 2)
    run = do(world, chosen(world, "telecom-handler1", "accept_task", cases))
    events = Event.objects.count()
    assert confirm(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now).state == "done"
    assert working.work(run.id).state == "done"
    assert Event.objects.count() == events


def test_the_same_form_sent_again_is_the_same_run(world: World) -> None:
    cases, key = dispatched(world, 2), str(new_id())
    made = [
        begin(
            actor=world.person("telecom-handler1"),
            act="accept_task",
            chosen=Chosen(cases=cases, asked=2, key=key),
            now=world.now,
        ).id
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert BulkRow.objects.filter(run_id=made[0]).count() == 2


def test_two_tasks_of_one_case_are_two_rows_that_rest_on_each_other(world: World) -> None:
    case, other = dispatched(world, 2)
    due = str((world.now + timedelta(days=20)).date())
    for who in ("grid-handler1", "telecom-handler1"):
        world.act(case, who, "request_extension", due_on=due, reason="线路多")
    run = chosen(world, "drc-reviewer1", "accept_task", [case, other])
    assert list(BulkRow.objects.filter(run_id=run.id, case_id=case).values_list("fate", flat=True)) == ["fits"] * 2
    version = world.view(case).version
    run = do(world, run, "drc-reviewer1")
    assert fates(run.id)["done"] == 2
    assert world.view(case).version == version + 2


def test_what_is_typed_for_all_is_checked_once_sealed_and_taken_away_at_the_end(world: World) -> None:
    cases = [world.open(title=f"第 {n} 处") for n in range(2)]
    asked = Chosen(cases=cases, asked=2, key=str(new_id()))
    run = begin(actor=world.person("drc-handler1"), act="comment", chosen=asked, now=world.now)
    assert run.state == "draft"
    with pytest.raises(InvalidInput) as wrong:
        fill(actor=world.person("drc-handler1"), run_id=run.id, data={"comment": ""}, now=world.now)
    assert set(wrong.value.fields) == {"comment"}
    fill(actor=world.person("drc-handler1"), run_id=run.id, data={"comment": "已告张三"}, now=world.now)
    assert "张三".encode() not in bytes(BulkInput.objects.get(run_id=run.id).sealed)
    run = do(world, working.work(run.id), "drc-handler1")
    assert fates(run.id) == {"done": 2}
    assert not BulkInput.objects.filter(run_id=run.id).exists()


def test_cancelling_leaves_what_is_not_done_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = dispatched(world, 3)
    run = chosen(world, "telecom-handler1", "accept_task", cases)
    monkeypatch.setattr(working, "CHUNK_ROWS", 1)
    confirm(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    working.work(run.id, budget_seconds=-1)
    for _ in range(2):
        run = give_up(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    assert (run.state, fates(run.id)) == ("cancelled", {"done": 1, "left": 2})
    assert working.work(run.id).state == "cancelled"
    assert (run.counts["done"], run.counts["left"], run.counts["fits"]) == (1, 2, 0)


def test_given_up_before_the_confirmation_nothing_is_done(world: World) -> None:
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, 1))
    give_up(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    with pytest.raises(GuardRefused):
        confirm(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    assert fates(run.id) == {"fits": 1}


def test_who_is_in_office_no_more_does_nothing_more(world: World) -> None:
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, 2))
    confirm(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    disable_user(actor=system_actor(), user=User.objects.get(username="telecom-handler1"), now=world.now)
    run = working.work(run.id)
    assert (run.state, fates(run.id)) == ("done", {"not_allowed": 2})


def test_a_role_that_ended_after_the_preview_is_not_allowed_row_by_row(world: World) -> None:
    world.give("telecom-handler1", "reviewer", "320300-telecom")
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, 1))
    held = Membership.objects.get(user__username="telecom-handler1", role="handler", active=True)
    end_role(actor=system_actor(), membership=held, now=world.now)
    run = do(world, run)
    assert fates(run.id) == {"not_allowed": 1}
    assert "角色" in row(run, str(BulkRow.objects.get(run_id=run.id).case_id)).says["zh"]


def test_a_fault_at_one_row_keeps_no_other_from_its_act(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = dispatched(world, 4)
    run = chosen(world, "telecom-handler1", "accept_task", cases)
    real = working.perform_many

    def faulty(requests: Any, **more: Any) -> Any:
        if any(request.case_id == cases[2] for request in requests):
            raise ZeroDivisionError
        return real(requests, **more)

    monkeypatch.setattr(working, "perform_many", faulty)
    run = do(world, run)
    assert fates(run.id) == {"done": 3, "refused": 1}
    assert row(run, cases[2]).reason == "fault"


def test_faults_in_succession_stop_the_run_until_its_owner_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, 3))
    with monkeypatch.context() as broken:
        broken.setattr(working, "perform_many", lambda *_, **__: 1 // 0)
        run = do(world, run)
    assert (run.state, run.problem, fates(run.id)["done"]) == ("stopped", "fault", 0)
    resume(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    assert working.work(run.id).state == "done"
    assert fates(run.id) == {"done": 2, "refused": 1}


def test_a_run_is_its_owners_alone(world: World) -> None:
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, 1))
    for step in (confirm, give_up, resume):
        with pytest.raises(NotVisible):
            step(actor=world.person("drc-handler1"), run_id=run.id, now=world.now)
    with pytest.raises(NotVisible):
        find_run(world.person("drc-handler1"), run.id)


def test_the_run_itself_is_on_record_beside_the_events_of_its_cases(world: World) -> None:
    cases = dispatched(world, 2)
    world.act(cases[1], "telecom-handler1", "accept_task")
    run = do(world, chosen(world, "telecom-handler1", "accept_task", cases))
    found = Event.objects.filter(stream="account/telecom-handler1", action__in=["bulk_started", "bulk_ended"])
    bodies = [orjson.loads(bytes(event.body))["data"] for event in found.order_by("seq")]
    assert [body["run"] for body in bodies] == [str(run.id)] * 2
    assert bodies[0]["counts"] == {"fits": 1, "unfit": 1}
    assert bodies[1]["counts"] == {"done": 1, "unfit": 1}


def test_a_preview_that_nobody_confirms_is_given_up_after_a_day(world: World) -> None:
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, 1))
    assert working.sweep(world.now + timedelta(hours=23), timedelta(minutes=5)) == []
    working.sweep(world.now + timedelta(hours=25), timedelta(minutes=5))
    assert BulkRun.objects.get(id=run.id).state == "dropped"


def test_too_many_rows_are_refused_with_the_limit(world: World, settings: Any) -> None:
    settings.BULK_ROWS = 1
    with pytest.raises(GuardRefused, match="一次最多办理 1 行，所选有 2 行"):
        chosen(world, "telecom-handler1", "accept_task", dispatched(world, 2))


def test_another_city_cannot_choose_what_it_does_not_see(world: World) -> None:
    run = chosen(world, "nj-drc-handler1", "comment", [world.open()], comment="x")
    assert fates(run.id) == {"unfit": 1}
    assert re.match("没有这件案件", BulkRow.objects.get(run_id=run.id).says["zh"])
