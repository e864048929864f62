"""Files of a form: one by one or with the act, each refused one named with its size, and the others kept."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.documents import attachments
from cases.models import Attachment
from tests.web import story
from tests.web.conftest import LogIn
from tests.web.test_acts import text, version


def address(number: str, action: str = "attach_document") -> str:
    return f"/cases/{number}/actions/{action}/file/"


def test_a_file_that_the_page_sends_by_itself_is_kept_or_refused_with_a_reason(log_in: LogIn) -> None:
    case = story.opened()
    client = log_in("drc-handler1")

    def sent(name: str, content: bytes, field: str = "f.attachments") -> tuple[int, dict[str, str]]:
        form = {"field": field, "file": SimpleUploadedFile(name, content)}
        answer = client.post(address(case.number), form)
        return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else {}

    status, kept = sent("笔录.txt", b"evidence")
    assert (status, kept["said"]) == (200, "已上传")
    assert str(Attachment.objects.get().pk) == kept["id"]
    status, refused = sent("程序.exe", b"MZ" * 600)
    assert status == 400
    assert "不能上传“程序.exe”" in refused["said"]
    assert refused["said"].endswith("（1.2 KB）")
    assert sent("笔录.txt", b"evidence", "f.note")[0] == 400
    assert client.post(address(case.number), {"field": "f.attachments"}).status_code == 400
    assert client.get(address(case.number)).status_code == 405
    assert Attachment.objects.count() == 1


def test_the_same_file_of_the_same_form_is_kept_once_however_often_it_is_sent(log_in: LogIn) -> None:
    """The answer got lost, a button was pressed twice; another form, name, content or person is another file."""
    case = story.opened()
    client = log_in("drc-handler1")

    def sent(key: str, name: str = "笔录.txt", content: bytes = b"evidence", who: Client = client) -> str:
        form = {"field": "f.attachments", "key": key, "file": SimpleUploadedFile(name, content)}
        found: str = who.post(address(case.number), form).json()["id"]
        return found

    one = sent("k1")
    assert sent("k1") == one
    form = {"version": str(version(case)), "key": "k1", "step": "edit", "f.paper": "other"}
    answer = client.post(
        f"/cases/{case.number}/actions/attach_document/",
        {**form, "f.attachments": SimpleUploadedFile("笔录.txt", b"evidence")},
    )
    assert f'value="{one}" checked' in answer.content.decode(), "with the form as by itself"
    assert Attachment.objects.count() == 1
    others = [
        sent("k2"), sent("k1", "笔录二.txt"), sent("k1", content=b"other"), sent("k1", who=log_in("drc-handler2")),
        sent(""), sent(""),
    ]  # fmt: skip
    assert len({one, *others}) == Attachment.objects.count() == 7


@pytest.mark.parametrize(("who", "status"), [("nj-drc-handler1", 404), ("sup-supervisor1", 403)])
def test_nobody_uploads_for_an_act_that_is_not_theirs(log_in: LogIn, who: str, status: int) -> None:
    case = story.dispatched()
    form = {"field": "f.attachments", "file": SimpleUploadedFile("a.txt", b"x")}
    assert log_in(who).post(address(case.number), form).status_code == status
    assert Attachment.objects.count() == 0


def test_of_several_files_each_refused_one_is_named_and_the_others_stay(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_BYTES", 1024)
    case = story.opened()
    client = log_in("drc-handler1")
    files = [
        SimpleUploadedFile("笔录.txt", b"evidence"),
        SimpleUploadedFile("长录像.txt", b"0" * 3000),
        SimpleUploadedFile("程序.exe", b"MZ"),
    ]
    form = {"version": str(version(case)), "key": "k", "step": "now", "f.paper": "other", "f.attachments": files}
    answer = client.post(f"/cases/{case.number}/actions/attach_document/", form)
    assert answer.status_code == 400
    said = text(answer)
    assert "长录像.txt" in said
    assert "（2.9 KB）" in said
    assert "不能上传“程序.exe”" in said
    assert "笔录.txt" in said
    kept = Attachment.objects.get()
    assert f'value="{kept.pk}" checked' in answer.content.decode()
    again = client.get(f"/cases/{case.number}/actions/attach_document/", {"draft": "1"}).content.decode()
    assert f'value="{kept.pk}" checked' in again, "the draft has it too"


def test_the_limits_are_said_before_anything_is_chosen(log_in: LogIn) -> None:
    case = story.opened()
    page = text(log_in("drc-handler1").get(f"/cases/{case.number}/actions/attach_document/"))
    assert "每个文件不超过 20 MB，一次提交合计不超过 100 MB；可用" in page
