"""A list imported by mistake is taken back while nobody has acted on its cases; everything is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor, system_actor
from audit import clock
from audit.models import Event
from audit.sight import working_as
from cases.intake.ledger import resting
from cases.intake.ledger.figures import clearances, delta_of
from cases.intake.ledger.resting import acted_on
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.intake.steps.moving import cancel_list, resume_list
from cases.models import Case, ListBatch, ListRow, Signal, Site, SiteKey
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from tests.intake.ledgers import batch, bring, cases, rows, site, telecom
from tests.intake.test_again import world
from tests.intake.test_commands import run
from tests.intake.test_one_site import FLAT, GRID, NEXT_DOOR, ONE, TRACE, located, seen, sheet
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


def take_back(name: str, username: str = "telecom-handler1", why: str = "wrong_file") -> ListBatch:
    return withdraw_batch(actor=find_actor(username), batch=batch(name), why=why, now=clock.now())


def refused(name: str, **more: Any) -> GuardRefused:
    before = world(), batch(name).state
    with pytest.raises(GuardRefused) as caught:
        take_back(name, **more)
    assert (world(), batch(name).state) == before, "a refusal leaves everything as it was"
    return caught.value


def active() -> int:
    return Signal.objects.filter(withdrawn_at__isnull=True).count()


def facts(number: str) -> dict[str, Any]:
    found: dict[str, Any] = Case.objects.get(number=number).facts
    return found


def test_it_is_signed_and_keeps_rows_cells_and_fates() -> None:
    bring(telecom(site(1), site(2), (3, "10.0.0.1", 1, "x.example", "2026-10-01 08:00", "", "")), "误导入")
    found = batch("误导入")
    kept = ListRow.objects.filter(batch=found).order_by("number")
    stored = ("fate", "reason", "figures", "notes", "reading", "effect", "matched", "score", "site")
    before, cells = list(kept.values(*stored)), [row.raw_cells() for row in kept]
    done = take_back("误导入", why="trial")
    assert (done.state, done.withdrawn_by.username, done.withdrawn_why) == ("withdrawn", "telecom-handler1", "trial")
    assert done.withdrawn_at is not None
    assert list(kept.all().values(*stored)) == before
    assert [row.raw_cells() for row in kept.all()] == cells
    assert [row["effect"] for row in rows(found)] == ["none"] * 3, "what holds now is another matter"
    assert done.parts.count() == 1
    event = Event.objects.filter(action="import_withdrawn").get()
    told = json.loads(bytes(event.body))
    assert (told["actor"]["username"], told["data"]["why"], told["data"]["batch"]) == (
        "telecom-handler1",
        "trial",
        str(found.id),
    )


def test_its_cases_lose_its_signals_and_stay_with_the_commission() -> None:
    bring(telecom(site(1), site(1, day=2)), "误导入", level="priority")
    take_back("误导入")
    case = Case.objects.get()
    assert (case.stage, case.level) == ("monitoring", "normal")
    assert World().open_tasks(str(case.pk)) == ["triage"]
    assert "signals" not in case.facts
    assert "signal_sources" not in case.facts
    assert case.facts["submissions"] == 0
    (row,) = case.facts["retracted"]
    assert (row["batch"], row["signals"]) == ("误导入", {"traffic": 2})
    assert active() == 0
    told = Event.objects.filter(stream=f"case/{case.pk}").latest("seq")
    assert (told.action, told.actor_id) == ("retract_signals", system_actor().user_id)
    call_command("verify_audit", stream=f"case/{case.pk}")


def test_two_people_exclude_what_is_left() -> None:
    bring(telecom(site(1)), "误导入")
    take_back("误导入")
    case = str(Case.objects.get().pk)
    World().act(case, "drc-handler1", "propose_exclusion", reason_code="list_withdrawn", explanation="名单撤回")
    World().act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    assert Case.objects.get().stage == "closed"


def test_the_right_file_comes_in_as_if_for_the_first_time() -> None:
    right = telecom(site(1), site(2), site(3))
    bring(telecom(site(1), site(2), site(9)), "第一批")
    take_back("第一批")
    wrong = set(Case.objects.values_list("number", flat=True))
    again = bring(right, "第一批")
    assert (again.again, again.effects) == (False, {"new_case": 3})
    assert wrong.isdisjoint(cases("第一批"))
    assert not Case.objects.filter(number__in=cases("第一批"), facts__has_key="relapse").exists()


def test_the_same_file_too_under_the_same_name() -> None:
    content = telecom(site(1), site(2))
    first = bring(content, "第一批", level="full")
    take_back("第一批")
    second = bring(content, "第一批", level="priority")
    assert (second.again, second.id != first.id, second.effects) == (False, True, {"new_case": 2})
    assert batch("第一批").id == second.id
    assert bring(content, "第一批").again


def test_what_another_list_says_too_stays_said() -> None:
    bring(telecom(site(1), site(2)), "先")
    bring(telecom(site(1, day=2), site(3)), "误导入")
    one, two, three = *cases("先"), cases("误导入")[1]
    assert facts(one)["submissions"] == 2
    take_back("误导入")
    assert (facts(one)["signals"], facts(one)["submissions"]) == ({"traffic": 1}, 1)
    assert facts(one)["signal_sources"] == {"traffic": ["telecom"]}
    assert facts(one)["last_hit"]["batch"] == "先"
    assert Case.objects.get(number=one).level == "normal"
    assert "retracted" not in facts(two)
    assert "signals" not in facts(three)
    assert active() == 2
    # The site is still known by what the first list taught it, and no longer by what only the second one did.
    assert bring(telecom(site(1, day=4)), "后").effects == {"added": 1}
    assert bring(telecom(site(3, day=5)), "再后").effects == {"new_case": 1}


def test_a_repeated_row_of_a_later_list_takes_the_place_of_the_first() -> None:
    bring(telecom(site(1), site(2)), "误导入")
    bring(telecom(site(1), site(4)), "正确")
    bring(telecom(site(1)) + b"\n", "又一份")
    kept = cases("正确")[0]
    before = facts(kept)
    take_back("误导入")
    assert cases("正确")[0] == kept
    assert cases("又一份") == [kept]
    assert {name: facts(kept)[name] for name in ("signals", "submissions")} == {
        name: before[name] for name in ("signals", "submissions")
    }
    heir = ListRow.objects.get(batch=batch("正确"), number=1)
    signal = Signal.objects.get(case__number=kept, withdrawn_at__isnull=True)
    assert signal.row_id == heir.pk
    assert heir.identity is not None
    assert ListRow.objects.get(batch=batch("又一份")).same_as_id == heir.pk
    assert bring(telecom(site(1)) + b"\n\n", "第四份").effects == {"none": 1}
    assert bring(telecom(site(1, day=3)), "第五份").effects == {"added": 1}
    take_back("正确")
    assert cases("又一份") == [kept]
    assert facts(kept)["signals"] == {"traffic": 2}


def test_two_families_of_evidence_do_not_outlive_the_list_that_was_one_of_them() -> None:
    bring(telecom((1, ONE, 1001, "xmr.pool.example", "2026-10-01 08:00", "2026-10-01 20:00", "云龙区")), "流量")
    answer = sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT))
    bring(answer, "答复", kind="trace")
    bring(sheet(GRID, ("3201234567", "孙玲", FLAT, "2026-09", "9000")), "用电", kind="grid")
    (number,) = set(cases("流量")) | set(cases("用电"))
    assert facts(number)["signal_sources"] == {"traffic": ["telecom"], "energy": ["grid"]}
    take_back("用电", "grid-handler1")
    assert facts(number)["signal_sources"] == {"traffic": ["telecom"]}
    assert "energy" not in facts(number)["signals"]


@pytest.mark.parametrize(
    ("username", "action", "data"),
    [
        ("drc-handler1", "accept_task", {}),
        ("drc-handler1", "comment", {"comment": "已电话核实"}),
        ("drc-handler1", "attach_signal", {"source": "manual", "signals": [{"family": "funds", "count": 1}]}),
        ("sup-supervisor1", "urge", {"level": "remind", "demand": "请抓紧"}),
    ],
)
def test_once_somebody_has_acted_on_one_of_its_cases_it_stays(username: str, action: str, data: dict[str, Any]) -> None:
    bring(telecom(site(1), site(2)), "名单")
    number = cases("名单")[1]
    actor = World(now="2027-01-04 10:00")
    case = str(Case.objects.get(number=number).pk)
    actor.act(case, username, action, **data)
    error = refused("名单", username="drc-handler1")
    assert error.code == "acted_on"
    assert number in error.text.zh
    assert cases("名单")[0] not in error.text.zh


def test_somebody_who_acts_while_it_is_withdrawn_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(telecom(site(1)), "名单")
    case, checked = str(Case.objects.get().pk), []

    def once(*args: Any) -> list[str]:
        checked.append(args)
        found: list[str] = acted_on(*args)
        if len(checked) == 1:
            with working_as("tests"):
                World(now="2026-11-03 10:00").act(case, "drc-handler1", "accept_task")
        return found

    monkeypatch.setattr(resting, "acted_on", once)
    with pytest.raises(GuardRefused):
        take_back("名单")
    assert len(checked) == 2
    assert batch("名单").state == "done"
    assert active() == 1


def test_the_cases_are_named_to_those_only_who_may_know_them() -> None:
    bring(telecom(site(1)), "名单")
    number, case = cases("名单")[0], str(Case.objects.get().pk)
    World(now="2027-01-04 10:00").act(case, "drc-handler1", "accept_task")
    told = refused("名单", username="telecom-handler1")
    assert number not in told.text.zh
    assert number not in told.text.en
    assert number not in str(told.figures)
    assert "1 件" in told.text.zh


def test_what_was_done_before_the_list_came_is_no_reason() -> None:
    bring(telecom(site(1)), "先")
    case = str(Case.objects.get().pk)
    actor = World()
    actor.now = clock.now()
    actor.act(case, "drc-handler1", "accept_task")
    bring(telecom(site(1, day=2)), "误导入")
    take_back("误导入")
    assert Case.objects.get().facts["signals"] == {"traffic": 1}


def test_a_merge_that_it_led_to_is_undone_first() -> None:
    grid = sheet(GRID, ("3201234567", "孙玲", FLAT, "2026-09", "9000"))
    bring(grid, "用电", kind="grid")
    bring(telecom(seen(1, ONE, 1001, 1)), "流量")
    bring(sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT)), "答复", kind="trace")
    merged = Case.objects.get(outcome="merged")
    error = refused("流量", username="drc-handler1")
    assert error.code == "merged_since"
    survivor = Case.objects.get(pk=merged.merged_into_id)
    assert merged.number in error.text.zh
    undo = World(now="2027-01-04 10:00")
    undo.act(str(merged.pk), "drc-reviewer1", "undo_merge", survivor=survivor.number, reason="误导入")
    take_back("流量", "drc-handler1")
    assert "traffic" not in (Case.objects.get(pk=survivor.pk).facts.get("signals") or {})
    assert Case.objects.get(pk=survivor.pk).facts["signals"] == {"energy": 1}


def test_replies_that_have_named_sites_stay_and_those_that_wait_may_go() -> None:
    answer = sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", FLAT))
    bring(answer, "等待", kind="trace")
    take_back("等待")
    bring(telecom(seen(1, ONE, 1001, 1)), "流量")
    assert not SiteKey.objects.filter(kind="broadband").exists(), "a reply that was taken back names nobody"
    bring(answer, "答复", kind="trace")
    assert refused("答复").code == "replies_in_use"


def test_replies_wait_again_for_the_right_list() -> None:
    wrong = telecom(seen(1, ONE, 1001, 1), seen(2, "36.154.192.9", 7, 1))
    bring(wrong, "误导入")
    bring(sheet(TRACE, located(ONE, 1001, 1, "xz01@adsl", "孙玲", NEXT_DOOR)), "答复", kind="trace")
    take_back("误导入", "drc-handler1")
    bring(telecom(seen(1, ONE, 1001, 1)), "正确")
    assert cases("答复") == cases("正确")
    assert Case.objects.get(number=cases("正确")[0]).sites.get().located


def test_a_relapse_that_it_raised_leads_back_to_the_closed_case() -> None:
    bring(telecom(site(1)), "先")
    first, actor = Case.objects.get(), World()
    actor.now = clock.now()
    actor.act(str(first.pk), "drc-handler1", "propose_exclusion", reason_code="vpn_exit", explanation="出口节点")
    actor.act(str(first.pk), "drc-reviewer1", "decide_exclusion", decision="approve")
    bring(telecom(site(1, day=2)), "误导入")
    assert Site.objects.get().case_id != first.pk
    take_back("误导入")
    assert (Site.objects.get().case_id, Site.objects.get().previous_case_id) == (first.pk, None)
    bring(telecom(site(1, day=3)), "后")
    relapse = Case.objects.get(number=cases("后")[0])
    assert relapse.facts["relapse"]["of"] == first.number


@pytest.mark.parametrize(
    ("username", "may"),
    [
        ("telecom-handler1", True),
        ("drc-handler1", True),
        ("telecom-reviewer1", False),
        ("drc-reviewer1", False),
        ("grid-handler1", False),
        ("sup-supervisor1", False),
        ("nj-drc-handler1", False),
    ],
)
def test_a_handler_of_the_sender_or_of_the_leading_commission_takes_it_back(username: str, may: bool) -> None:
    bring(telecom(site(1)), "名单")
    if may:
        assert take_back("名单", username).state == "withdrawn"
        return
    with pytest.raises(NotAllowed):
        take_back("名单", username)
    assert batch("名单").state == "done"


def test_it_takes_a_reason_and_is_done_once() -> None:
    bring(telecom(site(1)), "名单")
    with pytest.raises(InvalidInput):
        take_back("名单", why="because")
    take_back("名单")
    assert refused("名单").code == "already_withdrawn"


def test_a_list_that_is_none_or_still_comes_in_is_not_withdrawn() -> None:
    bring(b"hello", "信件")
    assert refused("信件").code == "not_imported"


def test_a_withdrawn_list_is_neither_cancelled_nor_gone_on_with() -> None:
    bring(telecom(site(1)), "误导入")
    take_back("误导入")
    sender = find_actor("telecom-handler1")
    for move, code in ((cancel_list, "ended"), (resume_list, "not_cancelled")):
        with pytest.raises(GuardRefused) as told:
            move(actor=sender, batch=batch("误导入"), now=clock.now())
        assert told.value.code == code
    assert batch("误导入").state == "withdrawn"


def test_a_withdrawn_list_has_no_figures_and_is_no_list_before() -> None:
    bring(telecom(site(1)), "一")
    bring(telecom(site(2)), "误导入")
    bring(telecom(site(1, day=3)), "二")
    assert delta_of(batch("二")).name == "误导入"
    take_back("误导入")
    assert clearances([batch("误导入")]) == {}
    assert (delta_of(batch("二")).name, delta_of(batch("二")).still) == ("一", 1)


def test_the_functions_of_the_database_do_it_for_this_actor_only() -> None:
    bring(telecom(site(1)), "名单")
    found = batch("名单")
    for name in ("intake", "retention", "verifier"):
        with working_as(name), connection.cursor() as cursor:
            for call in ("list_release(%s, '{}')", "list_withdraw('{}', %s, 1)"):
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(f"SELECT {call}", [str(found.id)])
    with working_as("withdrawal"), connection.cursor() as cursor:
        keys = list(SiteKey.objects.values_list("id", flat=True))
        with pytest.raises(DatabaseError, match="not being withdrawn"), transaction.atomic():
            cursor.execute("SELECT list_release(%s, %s)", [str(found.id), keys])
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("UPDATE cases_listrow SET identity = NULL")
    assert SiteKey.objects.count() == len(keys)


def test_from_the_shell_it_says_what_became_of_it() -> None:
    bring(telecom(site(1)), "名单")
    out, _ = run("withdraw_batch", "名单", "--reason", "issuer_recalled", "--as", "drc-handler1", "--json")
    assert json.loads(out)["state"] == "withdrawn"
    with pytest.raises(CommandError, match="已经撤回"):
        run("withdraw_batch", "名单", "--reason", "trial")
    with pytest.raises(CommandError, match="没有名为"):
        run("withdraw_batch", "没有", "--reason", "trial")
