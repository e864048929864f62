"""A platform pushes signals: each is answered by its index, kept, and matched as the row of a list would be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agencies.access import rates
from audit import clock
from cases import tasks
from cases.intake.feeds.reading import fields_of, open_sheets
from cases.intake.lists.mapping import find_lists
from cases.intake.lists.synonyms import KINDS, SYNONYMS
from cases.intake.receiving import original_file
from cases.models import Case, ListBatch, ListRow, SignalRequest
from tests.api.test_clients import System
from tests.intake.samples import bring

GOOD = {
    "ip": "58.218.10.21",
    "port": 40001,
    "pool": "eth.pool.example",
    "first": "2026-11-20T09:02:11+08:00",
    "last": "2026-11-20T09:55:40+08:00",
    "count": 412,
    "county": "云龙区",
}
OTHER = {**GOOD, "ip": "58.218.10.22", "port": "40002"}
PUSH = {"kind": "telecom", "agency": "320300-telecom", "signals": [GOOD]}


def push(who: Any, body: Any = PUSH, key: str = "k1") -> Any:
    return who.post("signals/", body, Idempotency_Key=key)


@pytest.fixture
def handler(person):
    return person("telecom-handler1")


def test_a_person_pushes_in_a_session_whose_token_is_checked(handler) -> None:
    handler.client.handler.enforce_csrf_checks = True
    refused = push(handler)
    assert (refused.status_code, refused.data["code"]) == (403, "csrf_failed")
    token = handler.client.get("/api/v1/session/").json()["csrf_token"]
    answer = handler.post("signals/", PUSH, Idempotency_Key="k1", X_CSRFToken=token)
    assert (answer.status_code, len(answer.data["fates"])) == (200, 1), answer.data


def test_each_signal_is_answered_by_its_index_and_a_bad_one_refuses_nothing(handler) -> None:
    bad: list[Any] = [
        {}, {**GOOD, "ip": "10.0.0.1"}, {**GOOD, "ip": "ip"}, {"note": "合计"}, "58.218.10.9", None, 7, [GOOD],
        {**GOOD, "port": None, "ip": "58.218.10.30"}, {**GOOD, "ip": {"v": 4}},
    ]  # fmt: skip
    answer = push(handler, {**PUSH, "signals": [GOOD, *bad, OTHER, GOOD]})
    assert answer.status_code == 200, answer.data
    assert [one["index"] for one in answer.data["fates"]] == list(range(13))
    assert [one["fate"] for one in answer.data["fates"]] == [
        "accept", "reject:no_ip", "reject:not_global", "reject:bad_ip", *["reject:no_ip"] * 5, "weak:no_port",
        "reject:no_ip", "accept", "duplicate",
    ]  # fmt: skip
    assert (answer.data["signals"], answer.data["done"], ListRow.objects.count()) == (13, 13, 13)
    assert all(one["reason"] for one in answer.data["fates"])
    first = answer.data["fates"][0]
    assert (first["effect"], first["case"]) == ("new_case", Case.objects.order_by("number").first().number)


def test_what_was_sent_is_kept_as_it_came_and_each_signal_whole(handler) -> None:
    odd = {**GOOD, "remark": "屋顶有风机", "extra": {"a": [1]}}
    batch = ListBatch.objects.get(id=push(handler, {**PUSH, "signals": [odd]}).data["id"])
    sent = json.dumps({**PUSH, "signals": [odd]}).encode()
    assert original_file(batch).endswith(sent)
    cells = ListRow.objects.get().raw_cells()
    assert json.loads(cells[-1]) == {"remark": "屋顶有风机", "extra": {"a": [1]}}
    assert bytes(ListRow.objects.get().sealed).find("屋顶".encode()) == -1


def test_it_is_matched_like_the_row_of_a_list(handler) -> None:
    header = "源IP地址,源端口,矿池地址,首次发现时间,最近发现时间,提交次数,疑似区县"
    row = "58.218.10.21,40001,eth.pool.example,2026-11-20 09:02:11,2026-11-20 09:55:40,412,云龙区"
    bring("telecom", f"{header}\n{row}\n".encode(), name="名单")
    answer = push(handler, {**PUSH, "signals": [GOOD, {**GOOD, "first": "2026-11-21T08:00:00Z", "last": None}]})
    assert [one["fate"] for one in answer.data["fates"]] == ["duplicate", "accept"]
    assert answer.data["fates"][1]["effect"] == "added"
    assert Case.objects.count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_of_a_signal_is_the_column_of_its_own_field(kind) -> None:
    """What no word of the header could be taken for stays what it was sent as."""
    from cases.intake.feeds.reading import packed

    signal = {name: f"<{name}>" for name in fields_of(kind)}
    content = packed(json.dumps({"kind": kind, "signals": [signal, {}, "合计"]}).encode())
    (sheet,) = find_lists(kind, open_sheets(kind, content))
    rows = list(sheet.data_rows())
    assert len(rows) == 3
    assert sheet.mapping.columns.keys() == set(SYNONYMS[kind])
    for name in fields_of(kind):
        assert sheet.mapping.cell(rows[0], name) == f"<{name}>", name


def test_the_same_key_again_is_the_same_push(handler) -> None:
    first, again = push(handler), push(handler)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert ListBatch.objects.count() == 1


def test_the_same_key_with_another_content_is_a_conflict_and_changes_nothing(handler) -> None:
    push(handler)
    answer = push(handler, {**PUSH, "signals": [OTHER]})
    assert (answer.status_code, answer.data["code"]) == (409, "idempotency_conflict")
    assert ListBatch.objects.count() == 1


def test_a_key_is_ones_own(handler, person) -> None:
    push(handler)
    other = push(person("telecom-handler2"), {**PUSH, "signals": [OTHER]})
    assert other.status_code == 200, other.data
    assert SignalRequest.objects.count() == 2


def test_the_same_content_under_another_key_is_the_same_batch(handler) -> None:
    assert push(handler).data == push(handler, key="k2").data
    assert ListRow.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**PUSH, "kind": "other"}, "kind"),
        ({**PUSH, "kind": ["telecom"]}, "kind"),
        ({**PUSH, "signals": []}, "signals"),
        ({**PUSH, "signals": [{}] * 1001}, "signals"),
        ({**PUSH, "signals": {"0": GOOD}}, "signals"),
        ({**PUSH, "agency": "nowhere"}, "agency"),
        ({**PUSH, "agency": 7}, "agency"),
        ({**PUSH, "kind": "grid"}, "kind"),
        ({**PUSH, "rows": []}, "rows"),
    ],
)
def test_a_push_that_is_none_is_refused_and_its_key_stays_free(handler, body, field) -> None:
    answer = push(handler, body)
    assert answer.status_code == 400
    assert field in str(answer.data)
    assert not SignalRequest.objects.exists()
    assert push(handler).status_code == 200


def test_without_a_key_nothing_is_taken(handler) -> None:
    answer = handler.post("signals/", PUSH)
    assert (answer.status_code, answer.data["code"]) == (400, "idempotency_key_missing")
    assert not ListBatch.objects.exists()


def test_whoever_may_send_no_list_pushes_none(person) -> None:
    for who in ("telecom-reviewer1", "drc-approver1", "grid-handler1", "sup-supervisor1"):
        assert push(person(who)).status_code == 403, who
    assert not ListBatch.objects.exists()


def test_a_system_with_the_scope_pushes_for_its_own_agency(demo_city) -> None:
    system = System(scopes=("signals:push",))
    token = system.token
    body = {"kind": "telecom", "signals": [GOOD]}
    answer = system.send(token, "POST", "signals/", body, Idempotency_Key="h1")
    assert answer.status_code == 200, answer.data
    assert answer.data["agency"] == "320300-telecom"
    shown = system.send(token, "GET", f"signals/{answer.data['id']}")
    assert shown.data["fates"] == answer.data["fates"]
    other = system.send(token, "POST", "signals/", {**body, "agency": "320300-drc"}, Idempotency_Key="h2")
    assert other.status_code == 403
    for method, path in (("GET", "imports/"), ("GET", "cases/"), ("POST", "cases/")):
        assert system.send(token, method, path).status_code == 403, path


@pytest.mark.parametrize("scope", ["cases:read", "signals:write", "findings:write"])
def test_a_system_without_the_scope_pushes_nothing(demo_city, scope) -> None:
    system = System(scopes=(scope,))
    answer = system.send(system.token, "POST", "signals/", PUSH, Idempotency_Key="h1")
    assert (answer.status_code, answer.data["code"]) == (403, "insufficient_scope")
    assert not ListBatch.objects.exists()


def test_a_push_is_asked_about_by_those_who_see_the_batch(handler, person) -> None:
    where = push(handler).headers["Location"].removeprefix("/api/v1/")
    assert handler.get(where).status_code == 200
    assert person("drc-handler1").get(where).status_code == 200
    assert person("grid-handler1").get(where).status_code == 404
    listed = ListBatch.objects.exclude(filename="signals.json")
    assert not listed.exists()
    bring("telecom", "源IP地址,源端口\n58.218.1.1,80\n".encode(), name="名单")
    assert handler.get(f"signals/{ListBatch.objects.get(name='名单').id}").status_code == 404, "that is a list"


def test_a_push_that_a_server_leaves_behind_is_finished_by_the_sweep(handler, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cases.api.views.signals.process_list", lambda **_: None)
        patch.setattr("cases.api.views.signals.ring", lambda *_: None)
        answer = push(handler)
    assert (answer.status_code, answer.data["state"], answer.data["fates"]) == (202, "received", [])
    batch = ListBatch.objects.get()
    tasks.import_batch(str(batch.id))
    shown = handler.get(answer.headers["Location"].removeprefix("/api/v1/"))
    assert [one["fate"] for one in shown.data["fates"]] == ["accept"]
    assert push(handler).data["fates"] == shown.data["fates"]


def test_no_value_of_a_signal_comes_back(handler) -> None:
    named = {**GOOD, "holder": "司徒推送乙", "phone": "13912345678", "broadband": "xz0516777", "address": "民主路12号"}
    answer = push(handler, {**PUSH, "signals": [named]})
    for value in ("司徒推送乙", "13912345678", "xz0516777", "民主路"):
        assert value not in answer.content.decode(), value


def test_pushes_are_counted(handler, settings) -> None:
    settings.RATE_FACTOR = 1
    rates.count(f"push/{handler_id(handler)}", 60, rates.PUSHES.times)
    assert push(handler).status_code == 429


def handler_id(handler: Any) -> int:
    from agencies.models import User

    return User.objects.get(username=handler.username).pk


def test_a_body_that_is_too_large_is_not_read(handler) -> None:
    big = {**PUSH, "signals": [{**GOOD, "pool": "x" * 3_000_000}]}
    assert push(handler, big).status_code == 413


def test_a_thousand_signals_are_one_push(handler) -> None:
    many = [{**GOOD, "ip": f"58.218.{n // 250}.{n % 250 + 1}", "port": 1024 + n} for n in range(1000)]
    answer = push(handler, {**PUSH, "signals": many})
    assert answer.status_code == 200
    assert {one["fate"] for one in answer.data["fates"]} <= {"accept", "accept:out_of_area"}
    assert len(answer.data["fates"]) == 1000
    assert clock.now()


def test_an_import_that_is_refused_here_is_left_to_a_worker(handler, monkeypatch) -> None:
    from cases.workflow.errors import NotAllowed
    from cases.workflow.view import Text

    def refuse(**_: Any) -> None:
        raise NotAllowed(Text("现在不能", "not now"))

    with monkeypatch.context() as patch:
        patch.setattr("cases.api.views.signals.process_list", refuse)
        patch.setattr("cases.api.views.signals.ring", lambda *_: None)
        answer = push(handler)
    assert (answer.status_code, ListBatch.objects.get().state) == (202, "received")
    assert push(handler).data["fates"][0]["fate"] == "accept"
