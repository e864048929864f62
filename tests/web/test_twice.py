"""The same content sent once more: the same form gets its answer again, another form is asked whether it is meant."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit import clock
from cases.models import Case
from cases.web import repeats
from cases.workflow.engine import Result
from tests.web import story
from tests.web.conftest import LogIn
from tests.web.test_acts import proposed, text, version

ASKED = "刚才已提交过相同内容，这一次还没有提交"
OPENING = {
    "f.region_code": "320303", "f.title": "后退一案", "f.source": "telecom", "f.signals[0].family": "traffic",
    "f.signals[0].count": "3",
}  # fmt: skip


def fresh(client: Client, address: str) -> dict[str, str]:
    """Key and version of the page as it is read now, which is what the Back button brings."""
    return hidden(client.get(address).content.decode())


def hidden(page: str) -> dict[str, str]:
    form = re.search(r'<form class="card".*?</form>', page, re.DOTALL)
    assert form
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0])
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def comments(case: Result) -> str:
    return f"/cases/{case.number}/actions/comment/"


def test_the_same_comment_from_another_page_is_asked_about_once(log_in: LogIn) -> None:
    case = story.opened()
    client, address, before = log_in("drc-handler1"), comments(case), version(case)
    typed = {"step": "now", "f.comment": "已电话联系"}
    assert client.post(address, typed | fresh(client, address)).status_code == 302
    asked = client.post(address, typed | fresh(client, address))
    assert asked.status_code == 409
    assert ASKED in text(asked)
    assert "办理“备注”，内容与下面完全相同" in text(asked)
    assert "不能撤回" not in text(asked), "this act can be done as often as one likes"
    assert version(case) == before + 1

    again = hidden(asked.content.decode()) | {"step": "again"}
    assert again["f.comment"] == "已电话联系"
    for _ in range(2):
        assert client.post(address, again).status_code == 302
    assert version(case) == before + 2, "the second click of a double click gets the answer of the first"


def test_going_back_to_edit_keeps_the_text(log_in: LogIn) -> None:
    case = story.opened()
    client, address = log_in("drc-handler1"), comments(case)
    typed = {"step": "now", "f.comment": "已电话联系"}
    client.post(address, typed | fresh(client, address))
    asked = client.post(address, typed | fresh(client, address))
    form = client.post(address, hidden(asked.content.decode()) | {"step": "edit"})
    assert ">已电话联系</textarea>" in form.content.decode()
    changed = client.post(address, fresh(client, address) | {"step": "now", "f.comment": "已电话联系两次"})
    assert changed.status_code == 302, "another content is another act"


def test_a_case_is_not_opened_twice_by_stepping_back(log_in: LogIn) -> None:
    client, before = log_in("drc-handler1"), Case.objects.count()
    done = client.post("/cases/new/", OPENING | {"step": "now"} | fresh(client, "/cases/new/"))
    assert done.status_code == 302
    asked = client.post("/cases/new/", OPENING | {"step": "now"} | fresh(client, "/cases/new/"))
    assert asked.status_code == 409
    assert ASKED in text(asked)
    assert f'href="{done["Location"]}"' in asked.content.decode()
    assert Case.objects.count() == before + 1
    again = hidden(asked.content.decode()) | {"step": "again"}
    assert client.post("/cases/new/", again).status_code == 302
    assert Case.objects.count() == before + 2


def test_a_file_that_is_uploaded_again_is_the_same_file(log_in: LogIn) -> None:
    case = story.opened()
    client, address = log_in("drc-handler1"), f"/cases/{case.number}/actions/attach_document/"

    def send(content: bytes) -> int:
        files = [SimpleUploadedFile("笔录.txt", content), SimpleUploadedFile("清单.txt", b"list")]
        typed = {"step": "now", "f.paper": "evidence", "f.attachments": files}
        return client.post(address, typed | fresh(client, address)).status_code

    assert send(b"first") == 302
    assert send(b"first") == 409
    assert send(b"second") == 302


def test_what_another_person_wrote_or_what_is_long_past_is_no_repetition(log_in: LogIn) -> None:
    case = story.opened()
    typed = {"step": "now", "f.comment": "已电话联系"}
    for who in ("drc-handler1", "drc-handler2"):
        client = log_in(who)
        assert client.post(comments(case), typed | fresh(client, comments(case))).status_code == 302
    assert client.post(comments(case), typed | fresh(client, comments(case))).status_code == 409
    clock.advance(repeats.WINDOW + timedelta(minutes=1))
    assert client.post(comments(case), typed | fresh(client, comments(case))).status_code == 302


def test_the_same_words_on_another_case_are_no_repetition(log_in: LogIn) -> None:
    client, typed = log_in("drc-handler1"), {"step": "now", "f.comment": "已电话联系"}
    for case in (story.opened(), story.opened(title="另一案")):
        assert client.post(comments(case), typed | fresh(client, comments(case))).status_code == 302


def test_what_cannot_be_undone_is_asked_about_on_the_page_that_is_read_anyway(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = proposed()
    client, address = log_in("drc-reviewer1"), f"/cases/{case.number}/actions/decide_determination/"
    before = {"at": clock.now(), "number": case.number}
    monkeypatch.setattr(repeats, "done_before", lambda _form: before)
    typed = {"f.decision": "approve"} | fresh(client, address)
    for step in ("check", "confirm", "now"):
        asked = client.post(address, typed | {"step": step})
        assert asked.status_code == 409
        assert ASKED in text(asked)
        assert "此事项办理后不能撤回" in text(asked)
        assert 'value="confirm"' not in asked.content.decode()
    assert client.post(address, hidden(asked.content.decode()) | {"step": "again"}).status_code == 302
    assert Case.objects.get(pk=case.case_id).stage == "monitoring"


def test_whoever_rests_on_an_older_version_first_sees_what_changed(log_in: LogIn) -> None:
    case = story.opened()
    client, address = log_in("drc-handler1"), comments(case)
    tabs = [fresh(client, address) | {"step": "now", "f.comment": "已电话联系"} for _ in range(2)]
    assert client.post(address, tabs[0]).status_code == 302
    stale = client.post(address, tabs[1])
    assert stale.status_code == 412
    asked = client.post(address, hidden(stale.content.decode()) | {"step": "now", "f.comment": "已电话联系"})
    assert asked.status_code == 409
    assert ASKED in text(asked)


def test_the_browser_remembers_what_was_typed_but_no_personal_data(log_in: LogIn) -> None:
    """Back restores nothing that `autocomplete="off"` forbids; without it the next one at this desk is offered it."""
    case = story.dispatched()

    def forbidden(page: str, name: str) -> bool:
        field = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', page)
        assert field
        return 'autocomplete="off"' in field[0]

    opening = log_in("drc-handler1").get("/cases/new/").content.decode()
    assert not any(forbidden(opening, f"f.{name}") for name in ("title", "batch", "site", "signals[0].count"))
    trace = log_in("telecom-handler1").get(f"/cases/{case.number}/actions/report_subscriber/").content.decode()
    assert all(forbidden(trace, f"f.{name}") for name in ("subscriber", "phone", "address", "line_account"))
