"""Somebody leaves: the preview says for each row what will happen, and the confirmation does all of it or nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agencies.actors import NoSuchActor, find_actor, system_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, Membership, User
from agencies.services import grant_role
from audit import clock
from cases.models import Task
from cases.workflow.handover import Choice, carry_out, draw_up
from tests.agencies.cast import NOW, cleared, events
from tests.agencies.test_substitutions import stand_in
from tests.web import story
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")
TO_CHEN = Choice({"handler": "drc-handler2"})


def leaving(username: str = "drc-handler1") -> User:
    return User.objects.get(username=username)


def assigned(n: int = 1, to: str = "drc-handler1") -> list[Any]:
    cases = [story.opened(title=f"解放路旧仓库 {i}") for i in range(n)]
    for case in cases:
        story.do("drc-reviewer1", "assign_task", case, assignee=to)
    return cases


def plan(choice: Choice = TO_CHEN, username: str = "drc-handler1", actor: str = "admin1") -> Any:
    return draw_up(find_actor(actor), leaving(username), choice)


def confirm(choice: Choice = TO_CHEN, username: str = "drc-handler1", seen: Any = None, **more: Any) -> Any:
    given = {"actor": find_actor("admin1"), "fate": "disable", "now": clock.now(), **more}
    seen = plan(choice, username).seen if seen is None else seen
    return carry_out(user=leaving(username), choice=choice, seen=seen, **given)


def state() -> tuple[Any, ...]:
    return (
        list(Task.objects.order_by("pk").values_list("pk", "assignee_id")),
        list(Membership.objects.order_by("pk").values_list("pk", "active")),
        leaving().is_active,
        len(events("account/drc-handler1")),
    )


def test_one_step_hands_over_tasks_roles_substitutions_and_the_account() -> None:
    cases = assigned(3)
    stand_in(absent="drc-handler1", substitute="drc-reviewer2", code="320300-drc", roles=["handler"])
    receipt = confirm()
    assert (receipt.handed, receipt.left, receipt.roles, receipt.substitutions) == (3, 0, 1, 1)
    chen = leaving("drc-handler2").pk
    assert set(Task.objects.filter(state="open").values_list("assignee_id", flat=True)) == {chen}
    with pytest.raises(NoSuchActor):
        find_actor("drc-handler1")
    assert len(find_actor("drc-reviewer2").posts) == 1
    told = [event["action"] for event in events("account/drc-handler1")][-4:]
    assert told == ["substitution_ended", "role_ended", "account_disabled", "work_handed_over"]
    last = events("account/drc-handler1")[-1]
    assert last["actor"]["username"] == "admin1"
    assert {task["assignee"] for task in last["data"]["tasks"]} == {chen}
    assert events(f"case/{cases[0].case_id}")[-1]["actor"]["username"] == "system"


def test_the_preview_changes_nothing() -> None:
    assigned(2)
    before = state()
    found = plan()
    assert [row.moves for row in found.rows] == [True, True]
    assert state() == before


def test_a_task_whose_proposal_was_the_successors_is_not_handed_to_them() -> None:
    case = story.opened()
    story.do("drc-handler2", "propose_exclusion", case, reason_code="node", explanation="节点")
    grant_role(
        actor=system_actor(), user=leaving("drc-handler2"), agency=Agency.objects.get(code="320300-drc"),
        role="reviewer", now=NOW,
    )  # fmt: skip
    story.do("drc-reviewer2", "assign_task", case, assignee="drc-reviewer1", task=str(review(case)))
    (row,) = plan(Choice({"reviewer": "drc-handler2"}), "drc-reviewer1").rows
    assert not row.moves
    assert "“提出误报排除”是陈洁办理的" in row.why_not.zh
    (other,) = plan(Choice({"reviewer": "drc-handler2"}, {row.task_id: "drc-reviewer2"}), "drc-reviewer1").rows
    assert other.moves
    receipt = confirm(Choice({"reviewer": "drc-handler2"}), "drc-reviewer1")
    assert (receipt.handed, receipt.left) == (0, 1)


def review(case: Any) -> Any:
    return Task.objects.get(case_id=case.case_id, kind="review_exclusion").pk


def test_a_successor_without_the_role_takes_nothing_and_one_row_may_stay() -> None:
    assigned(2)
    first, second = plan(Choice({"handler": "drc-reviewer1"})).rows
    assert "没有此事项所需的角色" in first.why_not.zh
    kept = plan(Choice({"handler": "drc-handler2"}, {second.task_id: ""})).rows
    assert [row.moves for row in kept] == [True, False]


def test_a_successor_who_could_not_open_the_case_is_told_in_the_preview_and_takes_the_rest() -> None:
    """Otherwise the engine would refuse the whole, and nobody could tell which row it was."""
    for name in ("drc-handler1", "drc-reviewer1"):
        cleared(name, "sensitive")
    secret = story.opened(title="河东泵站", confidentiality="sensitive")
    story.do("drc-reviewer1", "assign_task", secret, assignee="drc-handler1")
    assigned()
    rows = {row.number: row for row in plan().rows}
    assert sorted(row.moves for row in rows.values()) == [False, True]
    assert "陈洁的密级上限不及本案密级" in rows[secret.number].why_not.zh
    stale = plan().seen
    cleared("drc-handler2", "sensitive")
    assert all(row.moves for row in plan().rows)
    with pytest.raises(AgencyError, match="预览之后有变化：接手人"):
        confirm(seen=stale)
    cleared("drc-handler2", "ordinary")
    receipt = confirm()
    assert (receipt.handed, receipt.left) == (1, 1)


def test_it_warns_where_nobody_else_could_sign() -> None:
    assert plan(Choice(), "drc-approver1").only_holder == frozenset()
    confirm(Choice(), "drc-approver2")
    held = Membership.objects.get(user__username="drc-approver1")
    assert plan(Choice(), "drc-approver1").only_holder == {held.pk}


def test_a_stale_preview_is_refused_with_what_has_changed_and_nothing_is_done() -> None:
    (case,) = assigned()
    seen = plan().seen
    assigned()
    before = state()
    with pytest.raises(AgencyError, match="预览之后有变化：待办") as refused:
        confirm(seen=seen)
    assert (refused.value.code, refused.value.status) == ("stale_preview", 409)
    assert state() == before
    seen = plan().seen
    story.do("drc-handler2", "comment", case, comment="另一人写了备注")
    with pytest.raises(AgencyError, match=f"（{case.number}"):
        confirm(seen=seen)
    seen = plan().seen
    stand_in(absent="drc-handler1", substitute="drc-reviewer2", code="320300-drc", roles=["handler"])
    with pytest.raises(AgencyError, match="预览之后有变化：代理"):
        confirm(seen=seen)
    with pytest.raises(AgencyError, match="预览之后有变化：接手人"):
        confirm(Choice({"handler": "drc-handler2"}), seen=plan(Choice()).seen)


def test_a_task_that_the_engine_refuses_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    assigned(2)
    before = state()
    monkeypatch.setattr("cases.workflow.handover.plan._why_not", lambda *_: None)
    with pytest.raises(AgencyError, match="有一项待办不能移交，全部未改动：承办人"):
        confirm(Choice({"handler": "drc-approver1"}))
    assert state() == before


@pytest.mark.parametrize("actor", ["sys-admin1", "sec-admin1", "audit-admin1", "grid-admin1", "drc-reviewer1"])
def test_only_the_agencys_own_administrator_hands_over(actor: str) -> None:
    assigned()
    with pytest.raises(NotPermitted):
        plan(actor=actor)
    with pytest.raises(NotPermitted):
        confirm(actor=find_actor(actor))


def test_nobody_hands_over_the_own_work_nor_to_who_leaves_or_is_gone() -> None:
    with pytest.raises(AgencyError, match="不能为自己办理离岗交接"):
        confirm(Choice(), "admin1")
    for successor in ("drc-handler1", "nobody", "system"):
        with pytest.raises(BadInput, match="不能接手"):
            plan(Choice({"handler": successor}))
    with pytest.raises(BadInput, match="请选择账号停用或保留"):
        confirm(fate="forget")


def test_an_account_that_is_kept_goes_on_without_roles() -> None:
    confirm(fate="keep")
    assert find_actor("drc-handler1").posts == ()


def test_the_command_shows_the_same_and_does_it() -> None:
    (case,) = assigned()
    before = state()
    out = io.StringIO()
    call_command("hand_over", "drc-handler1", "--to", "handler=drc-handler2", "--dry-run", stdout=out)
    assert f"{case.number}  线索分办" in out.getvalue()
    assert "→ drc-handler2" in out.getvalue()
    assert state() == before
    call_command("hand_over", "drc-handler1", "--to", "handler=drc-handler2", stdout=out)
    assert "已办结 done：移交 1 项" in out.getvalue()
    assert not leaving().is_active
    with pytest.raises(CommandError, match="不能接手"):
        call_command("hand_over", "drc-handler2", "--to", "handler=nobody", "--dry-run", stdout=out)


def test_the_page_previews_confirms_and_gives_the_receipt() -> None:
    (case,) = assigned()
    client = entered("admin1")
    address = "/accounts/drc-handler1/hand-over/"
    page = client.get(address).content.decode()
    assert case.number in page
    assert "解放路" not in page
    assert "留给单位，由有该角色的人接手" in page
    typed = {"role.handler": "drc-handler2", "step": "preview", "seen": "", "fate": "disable"}
    page = client.post(address, typed).content.decode()
    assert "共 1 项，移交 1 项" in page
    stale = client.post(address, {**typed, "step": "confirm"})
    assert stale.status_code == 409
    assert "预览之后有变化" in stale.content.decode()
    seen = " ".join(plan().seen)
    page = client.post(address, {**typed, "step": "confirm", "seen": seen}, follow=True).content.decode()
    assert "李明远 的交接已办结：移交待办 1 项" in page
    assert "已停用" in page
    for other in ("sec-admin1", "sys-admin1"):
        answer = entered(other).get("/accounts/drc-handler2/hand-over/")
        assert answer.status_code == 403
        assert case.number not in answer.content.decode()
    assert entered("grid-admin1").get("/accounts/drc-handler2/hand-over/").status_code == 404
