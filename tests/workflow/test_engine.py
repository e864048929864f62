"""`perform` as its callers meet it: versions, keys, visibility, four eyes, and the same answer from both sides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actors import system_actor
from agencies.models import User
from agencies.services import disable_user
from cases.workflow.errors import (
    GuardRefused,
    IdempotencyConflict,
    InvalidInput,
    NotAllowed,
    NotVisible,
    StaleVersion,
)
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World()


def events(case: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE stream = %s", [f"case/{case}"])
        return int(cursor.fetchone()[0])


def test_a_transition_costs_two_statements_however_much_it_writes(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "accept_task")  # fills the caches of directory and calendar
    with CaptureQueriesContext(
        connection,
    ) as queries:
        world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber", "inspect_site"])
    statements = [q["sql"].split("(")[0] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert statements == ["SELECT case_load", "SELECT case_commit"]


def test_it_refuses_a_version_that_is_no_longer_current(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "accept_task", version=1)
    with pytest.raises(StaleVersion) as caught:
        world.act(case, "drc-handler2", "comment", version=1, comment="迟了一步")
    assert caught.value.figures == {"current_version": "2", "your_version": "1"}
    assert "签收" in caught.value.text.zh
    assert events(case) == 2


def test_who_was_disabled_a_moment_ago_acts_no_more_whatever_the_page_still_shows(world: World) -> None:
    case = world.open()
    actor = world.person("drc-handler1")
    disable_user(actor=system_actor(), user=User.objects.get(pk=actor.user_id), now=world.now)
    for asked in (case, None):
        with pytest.raises(NotAllowed) as caught:
            world.act(asked, "drc-handler1", "comment" if asked else "open_case", comment="迟了一步")
        assert caught.value.code == "account_disabled"
    assert events(case) == 1


def test_a_case_that_is_none_is_answered_as_one_that_is_not_seen(world: World) -> None:
    case, said = world.open(), []
    for asked, who in (("018f0000-0000-7000-8000-00000000cafe", "drc-handler1"), (case, "nj-drc-handler1")):
        with pytest.raises(NotVisible) as caught:
            world.act(asked, who, "comment", comment="看看")
        said.append((caught.value.code, caught.value.text, caught.value.fields))
    assert said[0] == said[1]


def test_the_same_key_gets_the_same_answer_and_changes_nothing(world: World) -> None:
    case = world.open()
    first = world.act(case, "drc-handler1", "comment", key="k1", comment="一次")
    again = world.act(case, "drc-handler1", "comment", key="k1", comment="一次")
    assert again.replayed and not first.replayed
    assert (again.event_id, again.leaf, again.version) == (first.event_id, first.leaf, first.version)
    assert events(case) == 2


def test_the_same_key_with_another_content_is_refused(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "comment", key="k1", comment="一次")
    with pytest.raises(IdempotencyConflict):
        world.act(case, "drc-handler1", "comment", key="k1", comment="另一次")
    # The key belongs to the person: somebody else's is another key.
    assert not world.act(case, "drc-handler2", "comment", key="k1", comment="另一次").replayed


def test_opening_with_the_same_key_opens_one_case(world: World) -> None:
    data: dict[str, Any] = {"region_code": "320303", "title": "云龙区 居民用户", "source": "telecom"}
    first = world.act(None, "drc-handler1", "open_case", key="open-1", **data)
    again = world.act(None, "drc-handler1", "open_case", key="open-1", **data)
    assert (first.case_id, again.replayed) == (again.case_id, True)


@pytest.mark.parametrize("outsider", ["nj-drc-handler1", "police-handler1", "gulou-crew1", "admin1", "grid-handler1"])
def test_a_case_that_was_not_shared_does_not_exist_for_them(world: World, outsider: str) -> None:
    case = world.open()
    with pytest.raises(NotVisible):
        world.act(case, outsider, "comment", comment="在吗")
    with pytest.raises(NotVisible):
        world.may(case, outsider, "comment")
    with pytest.raises(NotVisible):
        world.act("00000000-0000-7000-8000-000000000000", outsider, "comment", comment="在吗")


def test_it_refuses_the_wrong_agency_and_the_wrong_role_with_their_names(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    with pytest.raises(NotAllowed) as agency:
        world.act(case, "grid-handler1", "propose_determination", finding="self_operated")
    assert agency.value.text.zh == "“提出认定意见”由发展改革委办理，你所在单位不办理此事项。"
    with pytest.raises(NotAllowed) as role:
        world.act(case, "grid-billing1", "report_consumption", result="normal")
    assert "需“经办”角色，你是“电费核算”" in role.value.text.zh


def test_it_refuses_a_stage_and_names_both(world: World) -> None:
    case = world.open()
    with pytest.raises(GuardRefused) as caught:
        world.act(case, "drc-approver1", "withdraw_suspension", reason_code="error")
    assert caught.value.text.zh.startswith("案件现处“监测名单”阶段，“撤回停电函”须在“暂停供电”阶段办理")


def test_four_eyes_holds_in_both_orders_over_the_whole_case(world: World) -> None:
    """The reviewer has the handler's role too; what counts is what the events say she did."""
    world.give("drc-reviewer1", "handler", "320300-drc")
    case = world.open()
    explanation = {"reason_code": "node", "explanation": "区块链节点"}
    world.act(case, "drc-reviewer1", "propose_exclusion", **explanation)
    with pytest.raises(NotAllowed) as caught:
        world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    assert caught.value.code == "four_eyes"
    assert caught.value.text.zh == "本案的“提出误报排除”是你办理的，“审核误报排除”须由另一人办理。"
    world.act(case, "drc-reviewer2", "decide_exclusion", decision="refuse")
    world.give("drc-reviewer2", "handler", "320300-drc")
    with pytest.raises(NotAllowed) as reverse:
        world.act(case, "drc-reviewer2", "propose_exclusion", **explanation)
    assert reverse.value.code == "four_eyes"


def test_a_role_that_was_ended_is_gone_at_the_next_act(world: World) -> None:
    from agencies.actors import system_actor
    from agencies.models import Membership
    from agencies.services import end_role

    case = world.open()
    person = world.person("drc-handler1")  # loaded while the role was still held
    for membership in Membership.objects.filter(user_id=person.user_id):
        end_role(actor=system_actor(), membership=membership, now=world.now)
    with pytest.raises((NotVisible, NotAllowed)):
        world.act(case, "drc-handler1", "accept_task")


def test_what_the_button_says_is_what_the_act_answers(world: World) -> None:
    """For every act of the table: the greyed sentence is the refusal, and a refusal never writes."""
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber", "check_consumption"])
    before = events(case)
    from cases.workflow.engine import available_actions

    for username in ("drc-handler1", "drc-approver1", "grid-handler1", "telecom-handler1", "sup-supervisor1"):
        for offer in available_actions(case_id=case, actor=world.person(username), now=world.now):
            if offer.allowed:
                continue
            with pytest.raises((NotAllowed, GuardRefused)) as caught:
                world.act(case, username, offer.action)
            assert offer.refusal is not None
            assert caught.value.text == offer.refusal.text, (username, offer.action)
    assert events(case) == before


def test_missing_and_unknown_input_is_named_field_by_field(world: World) -> None:
    case = world.open()
    with pytest.raises(InvalidInput) as caught:
        world.act(case, "drc-handler1", "propose_exclusion", reason_code="no such", nonsense=1)
    assert set(caught.value.fields) >= {"reason_code", "explanation", "nonsense"}
    assert all(text.zh for text in caught.value.fields.values())


def test_free_text_never_enters_the_event_only_its_commitment_does(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "comment", comment="张三 13900001111 住在和平路")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convert_from(body, 'UTF8'), s.data FROM audit_event e JOIN audit_sealed s ON s.event_id = e.id"
            " WHERE stream = %s AND action = 'comment'",
            [f"case/{case}"],
        )
        body, sealed = cursor.fetchone()
    assert "张三" not in body and "13900001111" not in body and '"sealed":"' in body
    assert "张三" in str(sealed)


def test_a_unit_sees_and_does_only_what_was_given_to_it(world: World) -> None:
    case = world.open(region_code="320302", title="鼓楼区 居民用户")
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    with pytest.raises(NotVisible):
        world.act(case, "ct-handler1", "report_subscriber", result="identified", subject="natural_person")
    world.act(case, "telecom-handler1", "assign_task", unit="320300-telecom-ct")
    done = world.act(case, "ct-handler1", "report_subscriber", result="identified", subject="natural_person", lines=1)
    assert done.closed[0]["state"] == "done"
    with pytest.raises(NotVisible):
        world.act(case, "cu-handler1", "comment", comment="在吗")


def test_an_act_without_a_case_is_an_act_on_no_case(world: World) -> None:
    with pytest.raises(NotVisible):
        world.act(None, "drc-handler1", "comment", comment="在吗")
    with pytest.raises(InvalidInput, match="立案是新建案件"):
        world.act(world.open(), "drc-handler1", "open_case", region_code="320303", title="云龙区", source="telecom")


@pytest.mark.parametrize("key", ["k" * 201, "键", "a\x00b", "a\nb"])
def test_a_key_that_cannot_be_kept_is_refused(world: World, key: str) -> None:
    case = world.open()
    with pytest.raises(InvalidInput) as caught:
        world.act(case, "drc-handler1", "comment", key=key, comment="一次")
    assert caught.value.code == "unreadable_idempotency_key"


@pytest.mark.parametrize("odd", [2**53 + 1, 10**40, "\ud800"])
def test_a_key_goes_with_whatever_was_sent(world: World, odd: Any) -> None:
    """The refusal is that of the input, with a key as without one."""
    case = world.open()
    for key in (None, "k1"):
        with pytest.raises(InvalidInput) as caught:
            world.act(case, "drc-handler1", "comment", key=key, comment=odd, attachments=[odd])
        assert set(caught.value.fields) >= {"attachments"}


def test_whoever_works_for_two_agencies_does_the_tasks_of_both(world: World) -> None:
    world.give("grid-handler1", "handler", "320300-cac")
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "analyse_traffic"])
    tasks = {task.kind: task.id for task in world.view(case).tasks}
    assert set(world.may(case, "grid-handler1", "accept_task").tasks) == set(tasks.values())
    for task in tasks.values():
        world.act(case, "grid-handler1", "accept_task", task=task)
    assert world.may(case, "grid-handler1", "accept_task").refusal is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code FROM audit_event e JOIN agencies_agency a ON a.id = e.agency_id"
            " WHERE stream = %s AND action = 'accept_task' ORDER BY a.code",
            [f"case/{case}"],
        )
        assert cursor.fetchall() == [("320300-cac",), ("320300-grid",)], "each from the post that owes it"


def test_of_several_tasks_those_are_offered_on_which_the_act_is_possible(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "inspect_site"])
    world.act(case, "grid-handler1", "return_task", reason_code="not_our_duty", reason="不属本单位")
    world.act(case, "sup-supervisor1", "urge", level="remind", demand="请办理")
    tasks = {task.kind: task.id for task in world.view(case).tasks}
    assert world.may(case, "drc-reviewer1", "accept_task").tasks == (tasks["rule_on_return"], tasks["answer_urge"])
    offer = world.may(case, "drc-reviewer1", "return_task")
    assert not offer.allowed and offer.refusal is not None, "neither a ruling nor a question of the supervision"
    with pytest.raises(GuardRefused) as caught:
        world.act(case, "drc-reviewer1", "return_task")
    assert caught.value.text == offer.refusal.text
    world.act(case, "drc-reviewer1", "accept_task", task=tasks["rule_on_return"])
    assert world.may(case, "drc-reviewer1", "accept_task").tasks == (tasks["answer_urge"],)
