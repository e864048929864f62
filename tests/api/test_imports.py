"""Lists over HTTP: sent in, worked on, answered row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actors import find_actor
from audit import clock
from cases.api.views import imports
from cases.intake import receiving
from cases.intake.services import process_list
from tests.api.conftest import V1

BATCH = Path(__file__).resolve().parents[2] / "cases" / "data" / "samples" / "xuzhou-batch1"
TIPS = next(BATCH.glob("*tips*"))


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """No broker in these tests: the bell is only heard."""
    heard = []
    monkeypatch.setattr(imports, "ring", lambda batch: heard.append(batch.id))
    return heard


def send(person, content=None, name=TIPS.name, **fields):
    file = SimpleUploadedFile(name, TIPS.read_bytes() if content is None else content)
    asked = {"kind": "tips", "agency": "320300-drc", "batch": "十月举报", **fields}
    answer = person.client.post(f"{V1}/imports/", {"file": file, **asked}, headers=person.language)
    answer.data = answer.json()
    return answer


def test_a_list_is_taken_worked_on_and_answered_row_by_row(person, rung):
    handler = person("drc-handler1")
    sent = send(handler)
    assert sent.status_code == 202
    assert sent.data["state"] == "received"
    assert [str(batch) for batch in rung] == [sent.data["id"]]
    process_list(batch_id=sent.data["id"], actor=find_actor("drc-handler1"), now=clock.now())
    done = handler.get(sent.headers["Location"]).data
    assert (done["state"], done["done"]) == ("done", done["rows"])
    assert sum(done["fates"].values()) == done["rows"] > 0
    rows, cursor = [], ""
    while cursor is not None:
        answer = handler.get(f"imports/{done['id']}/rows?page_size=7{cursor and '&cursor='}{cursor}").data
        rows, cursor = rows + answer["results"], answer["next"]
    assert [row["row"] for row in rows] == list(range(1, done["rows"] + 1))
    assert all(row["reason"] for row in rows)
    accepted = handler.get(f"imports/{done['id']}/rows?fate=accept&page_size=100").data["results"]
    assert {row["fate"].partition(":")[0] for row in accepted} == {"accept"}
    with_case = next(row for row in accepted if row["case"])
    assert handler.get(f"cases/{with_case['case']}").data["id"] == with_case["case_id"]


def test_the_same_file_again_is_the_same_list(person, rung):
    handler = person("drc-handler1")
    first = send(handler)
    process_list(batch_id=first.data["id"], actor=find_actor("drc-handler1"), now=clock.now())
    again = send(handler, batch="另一个名称")
    assert again.status_code == 200
    assert again.data["id"] == first.data["id"]
    assert again.data["again"] is True
    assert len(rung) == 1


def test_a_file_that_is_no_list_is_refused_with_the_reason(person, rung):
    answer = send(person("drc-handler1"), b"hello", "letter.csv")
    assert answer.status_code == 400
    assert answer.data["code"] == "not_a_list"
    assert answer.data["errors"]["file"].endswith("。")
    assert not rung


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "poems"}, "kind"),
        ({"agency": "nobody"}, "agency"),
        ({"batch": " "}, "batch"),
        ({"batch": "a\x00b"}, "batch"),
        ({"title": "十月"}, "title"),
        ({"batch": ["一", "二"]}, "batch"),
    ],
)
def test_each_wrong_field_is_named(person, fields, name):
    answer = send(person("drc-handler1"), **fields)
    assert answer.status_code == 400
    assert name in answer.data["errors"]


def test_who_may_not_import_is_told_who_may(person):
    answer = send(person("drc-reviewer1", language="en"))
    assert answer.status_code == 403
    assert answer.data["code"] == "may_not_import"
    assert answer.data["detail"].startswith("Lists of")


def test_an_outsider_sees_no_list(person):
    sent, outsider = send(person("drc-handler1")), person("nj-drc-handler1")
    missing = "01a00000-0000-7000-8000-000000000000"
    for address in ("", "/rows"):
        seen = outsider.get(f"imports/{sent.data['id']}{address}")
        unseen = outsider.get(f"imports/{missing}{address}")
        assert seen.status_code == unseen.status_code == 404
        assert seen.content == unseen.content
    assert outsider.get("imports/").data["total"]["value"] == 0
    assert person("drc-handler2").get("imports/").data["total"]["value"] == 1


def test_a_page_of_lists_takes_the_same_queries_as_one_list(person):
    handler = person("drc-handler1")
    counts = []
    for n in range(3):
        send(handler, f"not a list {n}".encode(), f"{n}.csv", batch=f"批次 {n}")
        with CaptureQueriesContext(connection) as queries:
            assert len(handler.get("imports/").data["results"]) == n + 1
        counts.append(len(queries))
    assert counts[1:] == [counts[1]] * 2


def test_a_file_over_the_limit_is_not_taken_through_either_door(person, monkeypatch):
    monkeypatch.setattr(receiving, "LARGEST_FILE", 10)
    handler = person("drc-handler1")
    assert "请拆分" in send(handler).data["errors"]["file"]
    asked = {"kind": "tips", "agency": "320300-drc", "batch": "十月举报"}
    page = handler.client.post("/imports/", {"file": SimpleUploadedFile(TIPS.name, TIPS.read_bytes()), **asked})
    assert page.status_code == 400
    assert "请拆分" in page.content.decode()


def test_lists_have_pages(person):
    handler = person("drc-handler1")
    for n in range(3):
        send(handler, f"not a list {n}".encode(), f"{n}.csv", batch=f"批次 {n}")
    first = handler.get("imports/?page_size=2&state=refused").data
    second = handler.get(f"imports/?page_size=2&state=refused&cursor={first['next']}").data
    assert [row["batch"] for row in first["results"] + second["results"]] == ["批次 2", "批次 1", "批次 0"]
    back = handler.get(f"imports/?page_size=2&state=refused&cursor={second['previous']}").data
    assert back["results"] == first["results"]
    assert first["total"] == {"value": 3, "exact": True, "text": "3"}


def finished(handler, **fields):
    sent = send(handler, **fields)
    process_list(batch_id=sent.data["id"], actor=find_actor("drc-handler1"), now=clock.now())
    return handler.get(f"imports/{sent.data['id']}").data


def test_what_is_stated_about_a_list_is_answered_with_its_figures(person):
    shown = finished(person("drc-handler1"), issuer="江苏省发展改革委", level="priority")
    assert (shown["issuer"], shown["level"], shown["due_rule"]) == (
        "江苏省发展改革委",
        "priority",
        "重点名单：下一个星期五",
    )
    assert (shown["overdue"], shown["clearance"], shown["answered"], shown["delta"]) == (False, "0.0", 0, None)
    assert shown["sites"] == 22


def test_a_list_that_is_said_to_be_something_else_is_refused(person):
    handler = person("drc-handler1")
    finished(handler)
    answer = send(handler, level="priority")
    assert answer.status_code == 400
    assert "先撤回该批次" in answer.data["errors"]["level"]
    assert send(handler, level="full").status_code == 200


def test_lists_are_narrowed_by_level_and_overdue_and_ordered(person):
    handler = person("drc-handler1")
    shown = finished(handler, level="priority")
    for query, found in (("level=priority", 1), ("level=full", 0), ("overdue=true", 0), ("overdue=false", 1)):
        assert len(handler.get(f"imports/?{query}").data["results"]) == found, query
    assert handler.get("imports/?order=due").data["results"][0]["id"] == shown["id"]
    assert handler.get("imports/?level=urgent").status_code == 400
    assert handler.get("imports/?order=name").status_code == 400


def test_a_list_is_taken_back(person):
    handler = person("drc-handler1")
    shown = finished(handler)
    address = f"imports/{shown['id']}/withdraw"
    for body, field in (({}, "reason"), ({"reason": "because"}, "reason"), ({"reason": "trial", "also": 1}, "also")):
        answer = handler.post(address, body)
        assert (answer.status_code, list(answer.data["errors"])) == (400, [field])
    assert person("drc-reviewer1").post(address, {"reason": "trial"}).status_code == 403
    assert person("grid-handler1").post(address, {"reason": "trial"}).status_code == 404
    done = handler.post(address, {"reason": "trial"})
    assert done.status_code == 200
    assert (done.data["state"], done.data["withdrawn_by"], done.data["withdrawn_reason"]) == (
        "withdrawn",
        "drc-handler1",
        "trial",
    )
    again = handler.post(address, {"reason": "trial"})
    assert (again.status_code, again.data["code"]) == (409, "already_withdrawn")
