"""The sweep at work: each step of an open deadline fires once, to whom the rule names, and none of one that is over."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from agencies.services.parameters import set_parameter
from cases.models import Escalation, Outbox, Task
from cases.policy.calendar import national_calendar
from cases.policy.escalation import STEPS
from cases.selectors.overdue import OverdueFilter, overdue_agencies
from cases.selectors.overdue.steps import fired as told_of
from cases.workflow.clockwork import cutoffs, escalating
from cases.workflow.clockwork.cutoffs import Region, regions_of
from cases.workflow.clockwork.escalating import escalate
from tests.workflow.desk import proposal
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World("2026-11-03 10:00")


def fired(kind: str | None = None) -> list[tuple[str, str, bool]]:
    rows = Escalation.objects.order_by("id").select_related("task")
    return [(row.step, row.outcome, row.late) for row in rows if kind in (None, row.task.kind)]


def steps(kind: str | None = None) -> list[str]:
    return [step for step, _, _ in fired(kind)]


def sent() -> list[tuple[str, str, list[str]]]:
    rows = Outbox.objects.filter(topic__startswith="deadline.").order_by("id").select_related("agency")
    return [(row.topic, row.agency.code if row.agency else "", row.payload["roles"]) for row in rows]


def sweep(world: World, text: str) -> int:
    world.now = at(text)
    return escalate(now=world.now).steps


def test_each_step_is_told_in_its_minute_to_whom_the_rule_names(world: World) -> None:
    case = world.open()
    assert Task.objects.get(case_id=case).due_at == at("2026-11-06 18:00")
    version = world.view(case).version
    expected = {
        "2026-11-05 08:59": [],
        "2026-11-05 09:00": ["tomorrow"],
        "2026-11-06 09:00": ["today"],
        "2026-11-06 17:59": [],
        "2026-11-06 18:00": ["overdue"],
        "2026-11-07 12:00": [],
        "2026-11-10 09:00": ["pressed"],
        "2026-11-13 09:00": ["reported"],
        "2027-02-01 09:00": [],
    }
    told: list[str] = []
    for moment, due in expected.items():
        assert sweep(world, moment) == len(due), moment
        told += due
        assert (steps(), sweep(world, moment)) == (told, 0), "a second time there is nothing to do"
    assert {(outcome, late) for _, outcome, late in fired()} == {("told", False)}
    assert sent() == [
        ("deadline.tomorrow", "320300-drc", ["handler"]),
        ("deadline.today", "320300-drc", ["handler"]),
        ("deadline.overdue", "320300-drc", ["reviewer"]),
        ("deadline.pressed", "320300-drc", ["reviewer", "approver"]),
        ("deadline.reported", "320300-supervision", ["supervisor"]),
    ]
    assert world.view(case).version == version, "an officer who is typing is not disturbed"
    row = Outbox.objects.filter(topic="deadline.overdue").get()
    assert row.key == f"escalation/{Task.objects.get(case_id=case).pk}/20261106T100000000000/overdue"
    personal = {"title", "云龙区 居民用户"} & {*row.payload, *map(str, row.payload.values())}
    assert not personal


@pytest.mark.parametrize("days", [0, 1, 3, 5])
def test_after_days_of_downtime_each_step_has_fired_once_and_late_ones_say_so(world: World, days: int) -> None:
    world.open()
    sweep(world, "2026-11-05 09:00")
    back = at("2026-11-05 09:01") + timedelta(days=days)
    world.now = back
    escalate(now=back)
    late = {
        0: [],
        1: [("today", "told", False)],
        3: [("today", "overtaken", True), ("overdue", "told", True)],
        5: [("today", "overtaken", True), ("overdue", "told", True), ("pressed", "told", False)],
    }[days]
    assert fired() == [("tomorrow", "told", False), *late]
    for hour in range(0, 24 * 20, 6):
        escalate(now=back + timedelta(hours=hour))
    assert steps() == list(STEPS), "and the rest in its time, each once"
    assert len(sent()) == len({row.key for row in Outbox.objects.exclude(key=None)}) == 5 - (days >= 3)


def test_an_extension_begins_the_steps_anew_and_the_old_deadline_keeps_its_own(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    sweep(world, "2026-11-09 09:00")
    assert steps("analyse_traffic") == ["tomorrow"]
    world.act(case, "cac-handler1", "request_extension", due_on="2026-11-12", reason="取证需要")
    world.act(case, "drc-reviewer1", "decide_extension", decision="grant")
    sweep(world, "2026-11-10 18:00")
    assert steps("analyse_traffic") == ["tomorrow"], "the old day passes in silence"
    sweep(world, "2026-11-11 09:00")
    sweep(world, "2026-11-12 18:00")
    rows = Escalation.objects.filter(task__kind="analyse_traffic").order_by("id")
    assert [(row.step, row.due_at) for row in rows] == [
        ("tomorrow", at("2026-11-10 18:00")),
        ("tomorrow", at("2026-11-12 18:00")),
        ("today", at("2026-11-12 18:00")),
        ("overdue", at("2026-11-12 18:00")),
    ]
    assert rows[2].outcome == "overtaken"


def test_a_clock_that_stands_still_takes_no_step_and_goes_on_with_what_is_ahead(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    task = Task.objects.get(kind="analyse_traffic")
    world.act(case, "cac-handler1", "request_assistance", agency="320300-police", question="请协助")
    sweep(world, "2026-11-11 10:00")
    assert steps("analyse_traffic") == []
    assert "tomorrow" in steps("answer_assistance"), "who was asked is reminded"
    world.act(case, "police-handler1", "answer_assistance", answer="已查")
    task.refresh_from_db()
    assert task.due_at > at("2026-11-16 18:00")
    sweep(world, "2026-11-12 10:00")
    assert steps("analyse_traffic") == []
    world.now = task.due_at
    escalate(now=world.now)
    assert steps("analyse_traffic") == ["tomorrow", "today", "overdue"]


def test_under_a_stay_nothing_is_told_of_what_stands_still(world: World) -> None:
    case = world.open()
    world.verified(case)
    world.determined(case, **proposal("suspension"))
    kinds = set(Task.objects.filter(state="open").values_list("kind", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_deadlinewatch WHERE paused")
        assert cursor.fetchone()[0] == 0
    world.act(case, "drc-approver1", "stay_execution", reason_code="new_evidence")
    still = set(
        Task.objects.filter(state="open", intervals__state="paused", intervals__ended_at=None).values_list(
            "kind", flat=True
        )
    )
    sweep(world, "2026-12-20 10:00")
    assert still
    assert set(steps_by_kind()) == kinds - still
    world.act(case, "drc-approver1", "lift_stay", reason="裁定撤销")
    sweep(world, "2026-12-20 10:01")
    assert set(steps_by_kind()) == kinds - still, "its deadline has moved on"


def steps_by_kind() -> list[str]:
    return list(Escalation.objects.values_list("task__kind", flat=True))


@pytest.mark.parametrize("how", ["done", "returned", "cancelled"])
def test_what_is_over_is_not_escalated(world: World, how: str) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber", "check_consumption"])
    task = str(Task.objects.get(kind="trace_subscriber").pk)
    world.now = at("2026-11-10 17:00")
    if how == "done":
        world.act(case, "telecom-handler1", "report_subscriber", result="identified", subject="sole_trader", lines=1)
    elif how == "returned":
        world.act(case, "telecom-handler1", "return_task", task=task, reason_code="not_our_duty", reason="不属本单位")
    else:
        world.act(case, "drc-reviewer1", "waive_finding", task=task, reason_code="not_needed")
    sweep(world, "2026-11-18 12:00")
    assert steps("trace_subscriber") == []
    assert set(steps("check_consumption")) == set(STEPS)


def test_a_region_has_its_own_rule_from_its_day_on_and_its_own_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"source": "徐发改〔2026〕12号", "now": world.now}
    set_parameter(
        actor=world.person("system"),
        region="320300",
        key="escalation.steps",
        value={"pressed": 1, "reported": 3},
        effective_from=date(2026, 11, 10),
        **source,
    )
    own_days = national_calendar().with_local_days(holidays=frozenset({date(2026, 11, 11), date(2026, 11, 12)}))
    monkeypatch.setattr(cutoffs, "calendar_for", lambda _region, _directory: own_days)
    world.open()  # due on Friday, 6 November: by the release's rule
    world.now = at("2026-11-05 10:00")
    world.open(region_code="320302")  # due on Tuesday, 10 November
    sweep(world, "2026-11-09 18:00")
    told = Escalation.objects.filter(step="overdue").count()
    assert (told, Escalation.objects.filter(step="pressed").count()) == (1, 0)
    moments = {}
    for hour in range(24 * 12):
        moment = at("2026-11-09 18:00") + timedelta(hours=hour)
        escalate(now=moment)
    for row in Escalation.objects.filter(step__in=["pressed", "reported"]):
        moments[row.region_code, row.step] = (row.fired_at, row.rule)
    plain, own = "-1 0 +0 +2 +5", "-1 0 +0 +1 +3 (3203)"
    assert moments == {
        ("320303", "pressed"): (at("2026-11-10 09:00"), plain),
        ("320303", "reported"): (at("2026-11-17 09:00"), plain),
        ("320302", "pressed"): (at("2026-11-13 09:00"), own),
        ("320302", "reported"): (at("2026-11-17 09:00"), own),
    }


def test_a_day_that_a_region_works_brings_its_steps_forward(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    weekend = frozenset({date(2026, 11, 7), date(2026, 11, 8)})
    worked = national_calendar().with_local_days(workdays=weekend)
    monkeypatch.setattr(cutoffs, "calendar_for", lambda _region, _directory: worked)
    world.open()  # due on Friday, 6 November
    sweep(world, "2026-11-08 08:59")
    assert "pressed" not in steps()
    assert (sweep(world, "2026-11-08 09:00"), steps()[-1]) == (1, "pressed"), "two working days after it, a Sunday"


def test_where_there_is_no_supervision_the_ledger_says_so_and_no_page_says_it_was_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.open()

    def without(*given: Any) -> dict[str, Region]:
        return {code: region._replace(supervision=None) for code, region in regions_of(*given).items()}

    monkeypatch.setattr(escalating, "regions_of", without)
    sweep(world, "2026-11-20 12:00")
    assert fired()[-1] == ("reported", "nobody", True)
    assert "deadline.reported" not in {topic for topic, _, _ in sent()}
    actor, task = world.person("drc-handler1"), str(Task.objects.get(case_id=case).pk)
    assert [row["step"] for row in told_of(actor, [task])[task]] == ["overdue", "pressed"]
    (line,) = overdue_agencies(actor, OverdueFilter(), now=world.now)
    assert (line.overdue, line.pressed, line.reported) == (1, 1, 0)


@pytest.mark.parametrize("value", [{"pressed": 9}, {}, [1], {"tomorrow": 0}, {"other": 1}, "2", {"reported": True}])
def test_what_is_no_rule_is_not_stored(world: World, value: Any) -> None:
    from agencies.errors import BadInput

    more = {"region": "3203", "effective_from": date(2027, 1, 1), "source": "文", "now": world.now}
    with pytest.raises(BadInput):
        set_parameter(actor=world.person("system"), key="escalation.steps", value=value, **more)


def test_the_command_says_what_it_did(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from audit import clock

    world.open()
    monkeypatch.setattr(clock, "now", lambda: at("2026-11-20 12:00"))
    out = io.StringIO()
    call_command("escalate_deadlines", stdout=out)
    assert "steps 5, late 5" in out.getvalue()
