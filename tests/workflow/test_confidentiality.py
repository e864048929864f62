"""Who makes a case more or less confidential, how far, and that nobody is given work on a case they could not open."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from agencies.vocabulary import Confidentiality
from audit.verification import verify
from cases.models import Case, Task
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from tests.agencies.cast import cleared
from tests.workflow.world import World


@pytest.fixture
def world(demo_city):
    return World("2026-11-20 10:00")


def clear(world, ceiling, *usernames):
    for username in usernames:
        world._people[username] = cleared(username, ceiling)


def level(case):
    found = Case.objects.get(pk=case)
    rank = Confidentiality(found.confidentiality).rank
    assert set(found.participants.values_list("rank", flat=True)) == {rank}
    assert set(Task.objects.filter(case_id=case).values_list("rank", flat=True)) == {rank}
    assert verify(stream=f"case/{case}").problems == ()
    return found.confidentiality


def test_a_level_above_the_own_ceiling_is_refused_and_one_within_it_holds_from_the_first_event(world):
    with pytest.raises(NotAllowed, match="你的密级上限为“普通”，不能把案件定为“敏感”"):
        world.open(confidentiality="sensitive")
    clear(world, "sensitive", "drc-handler1")
    with pytest.raises(NotAllowed, match="你的密级上限为“敏感”，不能把案件定为“内部”"):
        world.open(confidentiality="internal")
    assert level(world.open(confidentiality="sensitive")) == "sensitive"
    assert level(world.open()) == "ordinary"


def test_an_unknown_level_is_no_level(world):
    with pytest.raises(InvalidInput) as refused:
        world.open(confidentiality="secret")
    assert "confidentiality" in refused.value.fields


def test_a_case_is_not_raised_while_an_agency_would_owe_work_that_nobody_there_may_open(world):
    clear(world, "sensitive", "drc-handler1")
    case = world.open()
    asked = ["trace_subscriber", "inspect_site"]
    with pytest.raises(GuardRefused, match="徐州市通信行业管理办公室没有密级上限达到“敏感”的“经办”人员") as refused:
        world.act(case, "drc-handler1", "dispatch_verification", findings=asked, confidentiality="sensitive")
    assert (refused.value.code, refused.value.figures) == ("nobody_cleared", {"agency": "320300-telecom"})
    assert level(case) == "ordinary"
    clear(world, "sensitive", "telecom-handler1")
    world.act(case, "drc-handler1", "dispatch_verification", findings=asked, confidentiality="sensitive")
    assert level(case) == "sensitive"


def test_no_work_on_a_confidential_case_goes_to_an_agency_without_anybody_cleared(world):
    clear(world, "sensitive", "drc-handler1", "drc-handler2")
    case = world.open(confidentiality="sensitive")
    with pytest.raises(GuardRefused, match="徐州供电公司没有密级上限"):
        world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    with pytest.raises(GuardRefused, match="徐州市互联网信息办公室没有密级上限"):
        world.act(case, "drc-handler1", "request_assistance", agency="320300-cac", question="是否仍有流量")


def test_a_ceiling_without_the_role_for_the_work_does_not_count(world):
    """The reviewer of the telecom bureau may open it, but traces no subscriber."""
    clear(world, "sensitive", "drc-handler1", "telecom-reviewer1")
    case = world.open(confidentiality="sensitive")
    with pytest.raises(GuardRefused, match="通信行业管理办公室没有密级上限"):
        world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])


def test_only_a_reviewer_lowers_the_level(world):
    clear(world, "internal", "drc-handler1", "drc-handler2", "drc-reviewer1")
    case = world.open(confidentiality="internal")
    lower = {"findings": ["inspect_site"], "confidentiality": "ordinary"}
    with pytest.raises(NotAllowed, match="案件为“内部”，降低密级须由“审核”角色"):
        world.act(case, "drc-handler1", "dispatch_verification", **lower)
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="licensed", explanation="正常机房")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="refuse", confidentiality="sensitive")
    assert level(case) == "sensitive"


def test_below_the_ceiling_the_engine_knows_no_such_case_whatever_is_asked(world):
    clear(world, "sensitive", "drc-handler1")
    case = world.open(confidentiality="sensitive")
    for username in ("drc-handler2", "drc-reviewer1", "sup-supervisor1"):
        for action in ("comment", "urge", "merge_case", "reveal_personal_data"):
            with pytest.raises(NotVisible):
                world.act(case, username, action)
        with pytest.raises(NotVisible):
            world.may(case, username, "comment")


def test_work_is_given_to_nobody_below_the_level_of_the_case(world):
    clear(world, "sensitive", "drc-handler1")
    case = world.open(confidentiality="sensitive")
    with pytest.raises(InvalidInput) as refused:
        world.act(case, "drc-handler1", "assign_task", assignee="drc-handler2")
    assert "高于该承办人的密级上限" in refused.value.fields["assignee"].zh
    clear(world, "sensitive", "drc-handler2")
    world.act(case, "drc-handler1", "assign_task", assignee="drc-handler2")


def test_a_merge_takes_the_higher_level_and_its_undoing_gives_it_back(world):
    clear(world, "sensitive", "drc-handler1", "drc-reviewer1")
    secret, plain = world.open(confidentiality="sensitive"), world.open()
    number = Case.objects.get(pk=plain).number
    world.act(secret, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    assert level(plain) == "sensitive"
    world.act(secret, "drc-reviewer1", "undo_merge", survivor=number, reason="不是同一场所")
    assert level(plain) == "ordinary"
    assert level(secret) == "sensitive"


def test_a_merge_into_a_case_above_the_own_ceiling_is_answered_as_into_none(world):
    clear(world, "sensitive", "drc-handler2")
    world._people["drc-handler1"] = find_actor("drc-handler2")
    secret = world.open(confidentiality="sensitive")
    del world._people["drc-handler1"]
    case, said = world.open(), []
    for number in (Case.objects.get(pk=secret).number, "XZ26-999999"):
        with pytest.raises(InvalidInput) as refused:
            world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
        said.append(refused.value.fields)
    assert said[0] == said[1]


def test_an_answer_of_before_is_not_given_again_to_who_sees_the_case_no_more(world):
    clear(world, "sensitive", "drc-handler1")
    details = {"region_code": "320303", "title": "云龙区 仓库", "source": "telecom", "confidentiality": "sensitive"}
    first = world.act(None, "drc-handler1", "open_case", key="once", **details)
    assert world.act(None, "drc-handler1", "open_case", key="once", **details).replayed
    clear(world, "ordinary", "drc-handler1")
    with pytest.raises(NotVisible):
        world.act(None, "drc-handler1", "open_case", key="once", **details)
    with pytest.raises(NotVisible):
        world.act(first.case_id, "drc-handler1", "comment", key="once", comment="补充")


def closed_again(world, case):
    """Closed as a false alarm, by the two people of the commission."""
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="licensed", explanation="正常机房")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    return Case.objects.get(pk=case).number


def test_a_relapse_is_as_confidential_as_the_case_before_it_and_may_be_more_so(world):
    clear(world, "internal", "drc-handler1", "drc-reviewer1")
    old = closed_again(world, world.open(confidentiality="sensitive"))
    relapse = {"source": "relapse", "relapse_of": old}
    assert level(world.open(**relapse)) == "sensitive"
    assert level(world.open(**relapse, confidentiality="ordinary")) == "sensitive"
    assert level(world.open(**relapse, confidentiality="internal")) == "internal"
    plain = closed_again(world, world.open())
    assert level(world.open(source="relapse", relapse_of=plain)) == "ordinary"


def test_a_relapse_that_nobody_who_leads_could_open_is_not_opened(world):
    clear(world, "sensitive", "drc-handler1", "drc-reviewer1", "telecom-handler1")
    old = closed_again(world, world.open(confidentiality="sensitive"))
    clear(world, "ordinary", "drc-handler1")
    with pytest.raises(GuardRefused, match="徐州市发展和改革委员会没有密级上限达到“敏感”的“经办”人员"):
        world.act(
            None, "telecom-handler1", "open_case", region_code="320303", title="云龙区 仓库", source="relapse",
            relapse_of=old,
        )  # fmt: skip


def test_a_merge_does_not_raise_the_other_case_above_those_who_owe_work_on_it(world):
    clear(world, "sensitive", "drc-handler1", "drc-reviewer1")
    plain = world.open()
    world.act(plain, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    case, number = world.open(confidentiality="sensitive"), Case.objects.get(pk=plain).number
    with pytest.raises(GuardRefused, match="徐州市通信行业管理办公室没有密级上限") as refused:
        world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    assert refused.value.code == "nobody_cleared"
    assert (level(case), level(plain)) == ("sensitive", "ordinary")
    clear(world, "sensitive", "telecom-handler1")
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    assert level(plain) == "sensitive"


def test_who_sees_a_case_through_one_agency_neither_acts_nor_reveals_from_another_that_does_not_reach_it(world):
    """The telecom bureau's ceiling opens the case; the post at the commission, in charge of it, is below it."""
    clear(world, "sensitive", "drc-handler1", "telecom-handler1")
    world.give("telecom-handler1", "handler", "320300-drc")
    case, plain = world.open(confidentiality="sensitive"), world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    both = world._people["telecom-handler1"] = find_actor("telecom-handler1")
    assert {post.ceiling for post in both.posts} == {"sensitive", "ordinary"}
    asked = {"findings": ["inspect_site"]}
    with pytest.raises(NotAllowed, match="案件为“敏感”，你在办理“下发核查”的单位的密级上限不及") as refused:
        world.act(case, "telecom-handler1", "dispatch_verification", **asked)
    assert refused.value.code == "above_ceiling"
    with pytest.raises(NotAllowed) as refused:
        world.act(case, "telecom-handler1", "reveal_personal_data", items=["subscriber"], purpose="verification")
    assert refused.value.code == "nothing_to_reveal"
    world.act(plain, "telecom-handler1", "dispatch_verification", **asked)


def test_a_relapse_of_a_case_above_the_own_ceiling_is_a_relapse_of_none(world):
    clear(world, "sensitive", "drc-handler1", "drc-reviewer1")
    old = world.open(confidentiality="sensitive")
    world.act(old, "drc-handler1", "propose_exclusion", reason_code="licensed", explanation="正常机房")
    world.act(old, "drc-reviewer1", "decide_exclusion", decision="approve")
    said = []
    for number in (Case.objects.get(pk=old).number, "XZ26-999999"):
        with pytest.raises(InvalidInput) as refused:
            world.act(
                None, "drc-handler2", "open_case", region_code="320303", title="云龙区 仓库", source="relapse",
                relapse_of=number,
            )  # fmt: skip
        said.append((refused.value.text, refused.value.fields))
    assert said[0] == said[1]
