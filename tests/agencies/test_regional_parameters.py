"""The parameters that the workflow reads: what they accept, and that they reach a task's deadline."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from agencies.actors import find_actor
from agencies.errors import BadInput
from agencies.services import parameters, set_parameter
from agencies.services.parameters import declared
from cases.models import Task
from cases.workflow.engine import perform
from cases.workflow.task_kinds import KINDS
from tests.agencies.cast import NOW


def declared_values(key):
    return parameters._DECLARED[key][1]


def put(key, value):
    return set_parameter(
        actor=find_actor("drc-approver1"),
        region="320300",
        key=key,
        value=value,
        effective_from=date(2026, 11, 1),
        source="徐发改〔2026〕12号",
        now=NOW,
    )


def test_every_deadline_of_the_workflow_can_be_set(db):
    assert {f"deadline.{kind.deadline}" for kind in KINDS.values()} <= set(declared())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("deadline.triage", {"working_days": 1}),
        ("deadline.restore_supply", {"unit": "hours", "amount": 12}),
        ("notice.residential", {"minimum_hours": 240, "maximum_hours": 336}),
        ("notice.ordinary", {"second_notice_minutes": 60}),
        ("calendar.holidays", ["2026-12-14"]),
        ("calendar.workdays", []),
    ],
)
def test_a_value_that_can_be_used_is_stored(demo_city, key, value):
    assert put(key, value).value == value


def test_a_notice_is_tried_with_the_rules_of_the_region_and_of_what_lies_inside(db):
    """Jinan gives 168 hours by its own rule, so that no longest notice of 100 can stand there."""
    accepts = declared_values("notice.ordinary")
    for region, fine in (("", False), ("37", False), ("3701", False), ("320300", True), ("32", True)):
        assert accepts({"maximum_hours": 100}, region) is fine, region
    assert accepts({"maximum_hours": 240}, "3701")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("deadline.triage", 3),
        ("deadline.triage", {"working_days": 0}),
        ("deadline.triage", {"working_days": "3"}),
        ("deadline.triage", {"fortnights": 1}),
        ("deadline.triage", {"working_days": 10**9}),
        ("notice.residential", {}),
        ("notice.residential", {"minimum_hours": 400}),
        ("notice.residential", {"minimum_hours": -1}),
        ("notice.residential", {"minimum_days": 7}),
        ("calendar.holidays", "2026-12-14"),
        ("calendar.holidays", ["14.12.2026"]),
        ("calendar.holidays", ["2026-12-14", "2026-12-14"]),
        ("calendar.holidays", [20261214]),
    ],
)
def test_a_value_that_would_stop_every_act_of_the_region_is_refused(demo_city, key, value):
    with pytest.raises(BadInput) as refused:
        put(key, value)
    assert refused.value.field == "value"


def test_the_deadline_of_the_next_task_follows_it(demo_city):
    put("deadline.triage", {"working_days": 1})
    data = {"region_code": "320302", "title": "某小区", "source": "manual"}
    actor = find_actor("drc-handler1")
    perform(
        case_id=None, action="open_case", actor=actor, data=data, expected_version=None, idempotency_key=None, now=NOW
    )
    task = Task.objects.get()
    assert task.due_at.isoformat() == "2026-11-23T10:00:00+00:00"
    assert "region" in task.due_rule


def test_the_operator_sets_and_lists_them_from_the_shell(db):
    out = io.StringIO()
    call_command("set_parameter", stdout=out)
    assert "notice.residential  居民用户停电通知期" in out.getvalue()
    arguments = [
        "徐州市",
        "deadline.triage",
        '{"working_days": 2}',
        "--from",
        "2026-12-01",
        "--source",
        "徐发改〔2026〕12号",
    ]
    out = io.StringIO()
    call_command("set_parameter", *arguments, stdout=out)
    assert out.getvalue() == "3203 自 2026-12-01 起 deadline.triage = {'working_days': 2}\n"
    with pytest.raises(CommandError, match="值须为 JSON"):
        call_command("set_parameter", "徐州市", "deadline.triage", "two", "--from", "2026-12-01")
