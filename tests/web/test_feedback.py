"""反馈 on the pages: drawn up from the page of the list, checked, sent, read and taken out."""

from __future__ import annotations

import re

import pytest

from audit import clock
from cases.intake.feedback.services import draw_version
from cases.models import Feedback
from tests.intake.feedback.listing import NAME, brought, excluded
from tests.intake.feedback.telling import batch_of, draw, sent, sheets_in, today
from tests.web.conftest import LogIn


@pytest.fixture
def address(demo_city: None) -> str:
    brought()
    return f"/imports/{batch_of(NAME).id}/"


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())  # type: ignore[attr-defined]


def test_the_whole_road(log_in: LogIn, address: str) -> None:
    client = log_in("drc-handler1")
    whose = {"whose": str(client.session["_auth_user_id"])}
    assert "还没有反馈" in text(client.get(address))
    answer = client.post(f"{address}feedback/", whose, follow=True)
    assert "正在生成" in text(answer)
    draw_version(Feedback.objects.get().pk, clock.now())
    page = text(client.get(f"{address}feedback/1/"))
    assert "核对无误" in page
    assert "登记报送</button>" not in page
    assert "登记报送" in text(client.post(f"{address}feedback/1/", {**whose, "act": "check"}, follow=True))
    wrong = client.post(f"{address}feedback/1/", {**whose, "act": "send", "document_number": "", "sent_on": "x"})
    assert wrong.status_code == 400
    assert "请填写报送文件的文号" in text(wrong)
    letter = {"act": "send", "document_number": "徐发改函〔2026〕7号", "sent_on": today()}
    assert "已登记报送" in text(client.post(f"{address}feedback/1/", {**whose, **letter}, follow=True))
    assert "徐发改函〔2026〕7号" in text(client.get(address))
    report = text(client.get(f"{address}feedback/1/report/"))
    assert "核查情况的反馈报告" in report
    assert "徐州市发展和改革委员会" in report


def test_the_sender_reads_what_was_sent_and_takes_it_out(log_in: LogIn, address: str) -> None:
    client = log_in("telecom-handler1")
    draw(NAME)
    assert "还没有报送的反馈" in text(client.get(address))
    assert client.get(f"{address}feedback/1/").status_code == 404
    sent(NAME)
    page = text(client.get(f"{address}feedback/1/"))
    assert "下载反馈表" in page
    assert "核对无误" not in page
    file = client.get(f"{address}feedback/1/feedback.xlsx")
    assert sheets_in(b"".join(file.streaming_content))["名单"][1][0] == "JS-1"  # type: ignore[attr-defined]
    assert client.get(f"{address}feedback/1/report.docx").status_code == 200


def test_what_differs_is_shown(log_in: LogIn, address: str) -> None:
    client = log_in("drc-handler1")
    sent(NAME)
    excluded(2)
    draw(NAME)
    page = text(client.get(f"{address}feedback/2/"))
    assert "与第 1 版的差异" in page
    assert "新答复" in page
    assert "误报" in page


def test_in_english_the_page_is_english_and_the_report_chinese(log_in: LogIn, address: str) -> None:
    client = log_in("drc-handler1")
    sent(NAME)
    client.post("/language/", {"language": "en", "next": "/"})
    page = text(client.get(f"{address}feedback/1/"))
    assert "Rows without an answer" in page
    assert "核查情况的反馈报告" in text(client.get(f"{address}feedback/1/report/"))


def test_who_may_not_take_it_out_is_told_who_may(log_in: LogIn, address: str) -> None:
    sent(NAME)
    client = log_in("telecom-reviewer1")
    page = text(client.get(f"{address}feedback/1/"))
    assert "下载反馈表" not in page
    assert "经办人下载" in page
    assert client.get(f"{address}feedback/1/feedback.xlsx").status_code == 403
    assert log_in("grid-handler1").get(f"{address}feedback/1/").status_code == 404
