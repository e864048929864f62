"""`manage.py perform`: one act from the shell, with the checks and sentences of the API."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.api.conftest import OPENING


def run(case, action, username="drc-handler1", **options):
    """What stands on the output as JSON, and the error, None where it was done."""
    out, error = io.StringIO(), None
    options["data"] = options.get("data") if isinstance(options.get("data"), str) else json.dumps(options.get("data"))
    try:
        call_command("perform", case, action, username=username, stdout=out, json=True, **options)
    except CommandError as refused:
        error = str(refused)
    return json.loads(out.getvalue()) if out.getvalue() else None, error


def test_a_case_is_opened_and_handed_on(demo_city):
    opened, error = run("-", "open_case", data=OPENING)
    assert error is None
    done, error = run(opened["number"], "dispatch_verification", data={"findings": ["trace_subscriber"]}, expect=1)
    assert error is None
    assert (done["version"], done["stage"]) == (2, "verification")
    assert [task["kind"] for task in done["opened"]] == ["trace_subscriber"]
    assert len(done["leaf"]) == 64


def test_it_refuses_what_the_api_refuses_in_the_same_words(person, case):
    answer = person("grid-handler1").post(f"cases/{case['number']}/actions/comment", {"comment": "x"}, If_Match='"1"')
    for number in (case["number"], "XZ26-9999"):
        problem, error = run(number, "comment", "grid-handler1", data={"comment": "x"})
        assert (problem["status"], problem["detail"]) == (404, answer.data["detail"])
        assert error.startswith("[404 not_found]")
    handler, act = person("drc-handler1"), f"cases/{case['number']}/actions/sign_suspension_order"
    problem, _ = run(case["number"], "sign_suspension_order", data={})
    assert {key: problem[key] for key in ("status", "code", "detail")} == {
        key: handler.post(act, {}, If_Match='"1"').data[key] for key in ("status", "code", "detail")
    }


@pytest.mark.parametrize("data", ["{", "[]", '{"comment": "a\\u0000b"}', '{"comment": "a", "comment": "b"}', "\udcff"])
def test_it_reads_as_strictly_as_the_api(case, data):
    problem, error = run(case["number"], "comment", data=data)
    assert (problem["status"], problem["code"]) == (400, "unreadable_body")
    assert error.startswith("[400 unreadable_body]")


@pytest.mark.parametrize("key", ["x" * 201, "键", "a\nb"])
def test_it_refuses_a_key_that_is_none(case, key):
    problem, _ = run(case["number"], "comment", data={"comment": "x"}, key=key)
    assert problem["code"] == "unreadable_idempotency_key"


def test_a_stale_version_and_a_repeated_key(case):
    first, _ = run(case["number"], "comment", data={"comment": "一"}, expect=1, key="k")
    again, _ = run(case["number"], "comment", data={"comment": "一"}, expect=1, key="k")
    assert again == {**first, "replayed": True}
    stale, _ = run(case["number"], "comment", data={"comment": "二"}, expect=1)
    assert (stale["status"], stale["figures"]) == (412, {"current_version": "2", "your_version": "1"})


def test_it_names_an_account_that_is_not_there(case):
    with pytest.raises(CommandError, match="nobody"):
        call_command("perform", case["number"], "comment", username="nobody", data="{}")
