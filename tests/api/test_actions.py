"""Acting over HTTP: what may be done and why not, versions, repeated requests, refusals in two languages."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.utils.dateparse import parse_datetime

from tests.api.conftest import OPENING


def events(case):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE stream = %s", [f"case/{case['case_id']}"])
        return cursor.fetchone()[0]


def test_every_act_of_the_table_is_answered_with_yes_or_a_reason(person, case):
    answer = person("drc-handler1").get(f"cases/{case['number']}/actions")
    assert answer.headers["ETag"] == '"1"'
    acts = {act["action"]: act for act in answer.data["actions"]}
    assert len(acts) == 70
    dispatch = acts["dispatch_verification"]
    assert dispatch["allowed"]
    assert dispatch["in_stage"]
    assert dispatch["refusal"] is None
    assert dispatch["href"] == f"/api/v1/cases/{case['number']}/actions/dispatch_verification"
    assert [field["name"] for field in dispatch["inputs"] if field["required"]]
    for act in acts.values():
        assert act["allowed"] == (act["refusal"] is None), act["action"]
        if act["refusal"]:
            assert act["refusal"]["detail"].endswith("。"), act["action"]


def test_the_reason_is_the_one_that_the_act_itself_gives(person, case):
    for language in ("zh-Hans", "en"):
        reviewer = person("drc-reviewer1", language=language)
        acts = {act["action"]: act for act in reviewer.get(f"cases/{case['number']}/actions").data["actions"]}
        foreseen = acts["dispatch_verification"]["refusal"]
        answer = reviewer.post(
            f"cases/{case['number']}/actions/dispatch_verification", {"findings": ["inspect_site"]}, If_Match='"1"'
        )
        assert answer.status_code == 403
        assert answer.data["detail"] == foreseen["detail"]
        assert answer.data["code"] == foreseen["code"]
        assert answer.headers["Content-Language"] == language


def test_an_act_answers_with_its_receipt_and_the_new_version(person, case):
    answer = person("drc-handler1").act(case, "dispatch_verification", findings=["trace_subscriber", "inspect_site"])
    assert answer.headers["ETag"] == '"2"'
    assert answer.data["stage"] == "verification"
    assert answer.data["version"] == 2
    assert len(answer.data["leaf"]) == 64
    assert sorted(task["kind"] for task in answer.data["opened"]) == ["inspect_site", "trace_subscriber"]
    assert answer.data["replayed"] is False
    traced = next(task for task in answer.data["opened"] if task["kind"] == "trace_subscriber")
    assert (traced["label"], traced["agency"]["code"], traced["unit"]) == ("溯源核查", "320300-telecom", None)
    assert traced["roles"] == ["handler"]
    assert parse_datetime(traced["due_at"]) > parse_datetime(answer.data["at"])
    assert [task["state"] for task in answer.data["closed"]] == ["done"]


def test_it_refuses_an_act_that_names_no_version(person, case):
    answer = person("drc-handler1").post(f"cases/{case['number']}/actions/comment", {"comment": "备注"})
    assert answer.status_code == 428
    assert answer.data["code"] == "precondition_required"
    assert "If-Match" in answer.data["detail"]
    assert events(case) == 1


@pytest.mark.parametrize("header", ["*", "1", '"one"', '"1", "2"', '"0"', '""'])
def test_it_refuses_a_version_that_is_none(person, case, header):
    answer = person("drc-handler1").post(
        f"cases/{case['number']}/actions/comment", {"comment": "备注"}, If_Match=header
    )
    assert answer.status_code == 400
    assert answer.data["code"] == "unreadable_if_match"


def test_it_refuses_a_version_that_is_not_the_present_one(person, case):
    handler = person("drc-handler1")
    handler.act(case, "comment", comment="第一条")
    answer = handler.post(f"cases/{case['number']}/actions/comment", {"comment": "第二条"}, If_Match='"1"')
    assert answer.status_code == 412
    assert answer.data["figures"] == {"current_version": "2", "your_version": "1"}
    assert "备注" in answer.data["detail"]
    assert events(case) == 2


def test_the_same_request_again_gets_the_same_answer_and_changes_nothing(person, case):
    handler, key = person("drc-handler1"), str(uuid4())
    path, body = f"cases/{case['number']}/actions/comment", {"comment": "只记一次"}
    first = handler.post(path, body, If_Match='"1"', Idempotency_Key=key)
    again = handler.post(path, body, If_Match='"1"', Idempotency_Key=key)
    assert first.status_code == again.status_code == 200
    assert again.data == {**first.data, "replayed": True}
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["ETag"] == first.headers["ETag"] == '"2"'
    assert events(case) == 2


def test_a_repeated_answer_is_the_same_but_for_the_word_that_says_so(person, case):
    handler, key = person("drc-handler1"), str(uuid4())
    path, body = f"cases/{case['number']}/actions/dispatch_verification", {"findings": ["inspect_site"]}
    first = handler.post(path, body, If_Match='"1"', Idempotency_Key=key)
    again = handler.post(path, body, If_Match='"1"', Idempotency_Key=key)
    assert first.data["opened"]
    assert again.content == first.content.replace(b'"replayed":false', b'"replayed":true')


def test_a_version_is_known_through_a_proxy_that_weakens_it(person, case):
    path = f"cases/{case['number']}/actions/comment"
    assert person("drc-handler1").post(path, {"comment": "备注"}, If_Match='W/"1"').status_code == 200


def test_a_key_used_for_something_else_is_refused(person, case):
    handler, key = person("drc-handler1"), str(uuid4())
    path = f"cases/{case['number']}/actions/comment"
    handler.post(path, {"comment": "甲"}, If_Match='"1"', Idempotency_Key=key)
    answer = handler.post(path, {"comment": "乙"}, If_Match='"2"', Idempotency_Key=key)
    assert answer.status_code == 409
    assert answer.data["code"] == "idempotency_conflict"
    assert events(case) == 2


def test_a_key_belongs_to_one_person(person, case):
    key, path = str(uuid4()), f"cases/{case['number']}/actions/comment"
    person("drc-handler1").post(path, {"comment": "同一句"}, If_Match='"1"', Idempotency_Key=key)
    answer = person("drc-reviewer1").post(path, {"comment": "同一句"}, If_Match='"2"', Idempotency_Key=key)
    assert answer.status_code == 200
    assert answer.data["replayed"] is False
    assert events(case) == 3


def test_opening_twice_with_one_key_opens_one_case(person):
    handler, key = person("drc-handler1"), str(uuid4())
    first = handler.post("cases/", OPENING, Idempotency_Key=key)
    again = handler.post("cases/", OPENING, Idempotency_Key=key)
    assert first.status_code == again.status_code == 201
    assert again.data["number"] == first.data["number"]
    assert first.headers["Location"] == f"/api/v1/cases/{first.data['number']}"
    assert handler.get("cases/").data["total"]["value"] == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "键"])
def test_it_refuses_a_key_that_is_none(person, case, key):
    answer = person("drc-handler1").post(
        f"cases/{case['number']}/actions/comment", {"comment": "备注"}, If_Match='"1"', Idempotency_Key=key
    )
    assert answer.status_code == 400
    assert answer.data["code"] == "unreadable_idempotency_key"


def test_each_wrong_field_is_named_in_the_language_of_the_request(person, case):
    path, body = f"cases/{case['number']}/actions/dispatch_verification", {"findings": ["guess"], "colour": "red"}
    chinese = person("drc-handler1").post(path, body, If_Match='"1"')
    english = person("drc-handler1", language="en").post(path, body, If_Match='"1"')
    assert chinese.status_code == english.status_code == 400
    assert set(chinese.data["errors"]) == set(english.data["errors"]) == {"findings", "colour"}
    assert chinese.data["errors"]["colour"] == "此事项没有“colour”这一项"
    assert english.data["errors"]["colour"] == "This action has no field “colour”"
    assert chinese.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_act_is_named(person, case):
    answer = person("drc-handler1").post(f"cases/{case['number']}/actions/cut_power", {}, If_Match='"1"')
    assert answer.status_code == 400
    assert answer.data["code"] == "unknown_action"


def test_opening_has_its_own_address(person, case):
    answer = person("drc-handler1").post(f"cases/{case['number']}/actions/open_case", OPENING, If_Match='"1"')
    assert answer.status_code == 400
    assert "/api/v1/cases/" in answer.data["detail"]


def test_a_wrong_stage_is_a_conflict_and_a_wrong_role_is_forbidden(person, case):
    conflict = person("drc-approver1").post(f"cases/{case['number']}/actions/sign_suspension_order", {}, If_Match='"1"')
    forbidden = person("drc-handler1").post(f"cases/{case['number']}/actions/sign_suspension_order", {}, If_Match='"1"')
    assert (conflict.status_code, forbidden.status_code) == (409, 403)
    assert conflict.data["detail"] != forbidden.data["detail"]


def test_naming_another_case_tells_nothing_about_it(person, case):
    stranger = person("nj-drc-handler1").post("cases/", {**OPENING, "region_code": "320102"}).data
    handler, path = person("drc-handler1"), f"cases/{case['number']}/actions/merge_case"
    unseen = handler.post(path, {"survivor": stranger["number"], "reason_code": "same_site"}, If_Match='"1"')
    missing = handler.post(path, {"survivor": "NJ26-9999", "reason_code": "same_site"}, If_Match='"1"')
    assert unseen.status_code == missing.status_code == 400
    assert unseen.content == missing.content
    outsider = person("nj-drc-handler1")
    for number in (stranger["number"], "NJ26-9999"):
        assert outsider.post(path, {"survivor": number}, If_Match='"1"').status_code == 404
