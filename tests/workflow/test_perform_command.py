"""`manage.py perform`: one act from the shell, with the checks, the refusals and the receipts of the API."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")

OPENING = {"region_code": "320303", "title": "云龙区 居民用户", "source": "telecom"}


@pytest.fixture
def world() -> World:
    return World()


def perform(case: str, action: str, who: str, data: Any = None, *more: str) -> dict[str, Any]:
    out = StringIO()
    given = data if isinstance(data, str) else json.dumps(data or {})
    call_command("perform", case, action, "--as", who, "--data", given, "--json", *more, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def refused(case: str, action: str, who: str, data: Any = None, *more: str) -> tuple[dict[str, Any], str]:
    """The problem on the standard output, and what the shell is told beside its exit status."""
    out = StringIO()
    given = data if isinstance(data, str) else json.dumps(data or {})
    with pytest.raises(CommandError) as caught:
        call_command("perform", case, action, "--as", who, "--data", given, "--json", *more, stdout=out)
    assert caught.value.returncode == 1
    return json.loads(out.getvalue() or "{}"), str(caught.value)


def test_a_case_is_opened_and_worked_on_by_its_number_or_its_id() -> None:
    opened = perform("-", "open_case", "drc-handler1", OPENING)
    assert (opened["stage"], opened["version"], opened["opened"][0]["kind"]) == ("monitoring", 1, "triage")
    assert perform(opened["number"].lower(), "accept_task", "drc-handler1")["version"] == 2
    done = perform(opened["case_id"], "dispatch_verification", "drc-handler1", {"findings": ["inspect_site"]})
    assert (done["stage"], len(done["leaf"])) == ("verification", 64)


def test_whoever_is_nobody_is_told_so_in_json_too(world: World) -> None:
    number = world.view(world.open()).number
    for case, action, who, status, code in (
        (number, "comment", "nobody", 403, "no_such_account"),
        ("-", "open_case", "system", 403, "no_person"),
        (number, "comment", "system", 403, "no_person"),
        (number, "open_case", "drc-handler1", 400, "case_named"),
    ):
        problem, told = refused(case, action, who, OPENING)
        assert (problem["status"], problem["code"]) == (status, code)
        assert problem["detail"] in told
    assert Case.objects.count() == 1


def test_it_refuses_what_the_engine_refuses_with_code_sentence_and_article(world: World) -> None:
    number = world.view(world.open()).number
    for who, action, data, status, code in (
        ("drc-reviewer1", "dispatch_verification", {"findings": ["inspect_site"]}, 403, "wrong_role"),
        ("grid-handler1", "comment", {"comment": "在吗"}, 404, "not_found"),
        ("drc-approver1", "sign_suspension_order", {}, 409, "wrong_stage"),
        ("drc-handler1", "continue_monitoring", {"review_on": "2020-01-01"}, 400, "invalid_input"),
    ):
        problem, told = refused(number, action, who, data)
        assert (problem["status"], problem["code"]) == (status, code)
        assert f"[{status} {code}] {problem['detail']}" in told
    stale, _ = refused(number, "comment", "drc-handler1", {"comment": "在吗"}, "--expect", "7")
    assert (stale["status"], stale["figures"]["current_version"]) == (412, "1")
    assert world.view(str(Case.objects.get().id)).version == 1


@pytest.mark.parametrize("reference", ["XZ26-9999", "00000000-0000-7000-8000-000000000000", "无此案", "-"])
def test_no_case_and_an_invisible_case_are_answered_alike(world: World, reference: str) -> None:
    hidden, _ = refused(world.view(world.open()).number, "comment", "nj-drc-handler1", {"comment": "在吗"})
    missing, _ = refused(reference, "comment", "nj-drc-handler1", {"comment": "在吗"})
    assert missing == hidden


def test_the_same_key_gets_the_same_answer(world: World) -> None:
    number = world.view(world.open()).number
    first = perform(number, "comment", "drc-handler1", {"comment": "一次"}, "--key", "k1")
    again = perform(number, "comment", "drc-handler1", {"comment": "一次"}, "--key", "k1")
    assert again == {**first, "replayed": True}
    other, _ = refused(number, "comment", "drc-handler1", {"comment": "另一次"}, "--key", "k1")
    assert (other["status"], other["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("case", "action", "who", "data", "said"),
    [
        ("-", "open_case", "nobody", "{}", "没有账号“nobody”"),
        ("-", "open_case", "drc-handler1", "{", "请求正文"),
        ("-", "open_case", "drc-handler1", "[]", "请求正文"),
        ("XZ26-0001", "open_case", "drc-handler1", "{}", "立案（open_case）不写案件编号"),
        ("-", "no_such_act", "drc-handler1", "{}", "没有“no_such_act”这一事项"),
    ],
)
def test_it_says_what_is_wrong_with_the_command(case: str, action: str, who: str, data: str, said: str) -> None:
    assert said in refused(case, action, who, data)[1]
