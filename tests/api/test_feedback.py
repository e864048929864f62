"""The API of the feedback to the issuer of a list: asked for, drawn up, checked, sent, taken out."""

from __future__ import annotations

import io
import zipfile

import pytest

from audit import clock
from cases.intake.feedback.services import draw_version
from cases.models import Feedback
from tests.intake.feedback.listing import NAME, brought, excluded
from tests.intake.feedback.telling import batch_of, sheets_in, today


@pytest.fixture
def address(demo_city) -> str:
    brought()
    return f"imports/{batch_of(NAME).id}/feedback"


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_whole_road(person, address):
    drc, telecom = person("drc-handler1"), person("telecom-handler1", language="en")
    excluded(2)
    asked = drc.post(f"{address}/")
    assert asked.status_code == 202, asked.data
    assert (asked.data["number"], asked.data["state"]) == (1, "drawing")
    assert asked.headers["Location"].endswith("/feedback/1")
    assert telecom.get(f"{address}/").data == {"results": []}
    assert telecom.get(f"{address}/1").status_code == 404
    draw_version(Feedback.objects.get().pk, clock.now())
    shown = drc.get(f"{address}/1").data
    assert (shown["state"], shown["rows"], shown["answered"], shown["unanswered"]) == ("drawn", 5, 2, 3)
    assert shown["counts"]["cross"]["false_positive"] == {"unknown": 1}
    early = drc.post(f"{address}/1/send", {"document_number": "徐发改函〔2026〕9号", "sent_on": today()})
    assert (early.status_code, early.data["code"]) == (409, "feedback_drawn")
    assert drc.post(f"{address}/1/check").data["state"] == "checked"
    wrong = drc.post(f"{address}/1/send", {"document_number": "", "sent_on": "x", "more": 1})
    assert wrong.status_code == 400
    assert {row["name"] for row in wrong.data.get("fields", [])} or wrong.data["errors"]
    sent = drc.post(f"{address}/1/send", {"document_number": "徐发改函〔2026〕9号", "sent_on": today()})
    assert (sent.status_code, sent.data["state"], sent.data["document_number"]) == (200, "sent", "徐发改函〔2026〕9号")
    assert telecom.get(f"{address}/1").data["state_label"] == "Sent"
    file = telecom.get(f"{address}/1/workbook")
    assert file.status_code == 200
    assert "filename" in file.headers["Content-Disposition"]
    assert sheets_in(body(file))["名单"][2][11] == "误报"
    report = telecom.get(f"{address}/1/report")
    text = zipfile.ZipFile(io.BytesIO(body(report))).read("word/document.xml").decode()
    assert "核查情况的反馈报告" in text
    assert "徐发改函〔2026〕9号" in text


def test_answers_come_page_by_page_and_narrowed(person, address):
    drc = person("drc-handler1")
    drc.post(f"{address}/")
    draw_version(Feedback.objects.get().pk, clock.now())
    first = drc.get(f"{address}/1/rows?page_size=2").data
    assert [row["row"] for row in first["results"]] == [1, 2]
    second = drc.get(f"{address}/1/rows?page_size=2&cursor={first['next']}").data
    assert [row["row"] for row in second["results"]] == [3, 4]
    assert drc.get(f"{address}/1/rows?only=answered").data["results"][0]["row"] == 5
    assert drc.get(f"{address}/1/rows?only=nothing").status_code == 400


def test_who_has_nothing_to_do_with_it_is_told_that_there_is_none(person, address):
    person("drc-handler1").post(f"{address}/")
    draw_version(Feedback.objects.get().pk, clock.now())
    grid, telecom = person("grid-handler1"), person("telecom-handler1")
    for tail in ("/", "/1", "/1/rows", "/1/workbook", "/1/report"):
        assert grid.get(f"{address}{tail}").status_code == 404, tail
    assert telecom.post(f"{address}/").status_code == 403
    for tail in ("/1/check", "/1/send"):
        assert telecom.post(f"{address}{tail}").status_code == 404, tail
    assert person("drc-handler1").get(f"{address}/99999999999999999999").status_code == 404
