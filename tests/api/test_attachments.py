"""Files over HTTP: what is taken, who reads it, and that reading is recorded."""

from __future__ import annotations

import base64
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import V1

PDF = b"%PDF-1.7\nnot much of a paper"


def upload(person, case, name="停电函.pdf", content=PDF, **more):
    file = SimpleUploadedFile(name, content)
    return person.client.post(
        f"{V1}/cases/{case['number']}/attachments/", {"file": file, **more}, headers=person.language
    )


def test_a_file_is_kept_with_its_hash_and_read_back_as_a_download(person, case):
    handler = person("drc-handler1")
    stored = upload(handler, case)
    assert stored.status_code == 201
    about = stored.json()
    assert about["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert about["filename"] == "停电函.pdf"
    assert about["kind"] == "attach_document"
    read = handler.client.get(stored.headers["Location"])
    assert read.content == PDF
    assert read.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%81%9C")
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.headers["Content-Type"] == "application/octet-stream"
    digest = base64.b64encode(hashlib.sha256(PDF).digest()).decode()
    assert read.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    listed = handler.get(f"cases/{case['number']}/attachments/").data["results"]
    assert [row["id"] for row in listed] == [about["id"]]
    mine = handler.get("events/?action=attachment_read").data["results"]
    assert [event["stream"] for event in mine] == ["account/drc-handler1"]


@pytest.mark.parametrize("accept", ["application/octet-stream", "application/pdf", "*/*", ""])
def test_a_download_comes_whatever_its_reader_would_like_better(person, case, accept):
    handler = person("drc-handler1")
    stored = upload(handler, case).json()
    assert handler.client.get(f"{V1}/attachments/{stored['id']}", headers={"Accept": accept}).content == PDF
    missing = handler.client.get(f"{V1}/attachments/01a00000-0000-7000-8000-000000000000", headers={"Accept": accept})
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_file_leaves_the_same_way_through_both_doors(person, case):
    handler = person("drc-handler1")
    stored = upload(handler, case).json()
    doors = (f"{V1}/attachments/{stored['id']}", f"/cases/{case['number']}/files/{stored['id']}/")
    api, page = (handler.client.get(address) for address in doors)
    assert api.content == page.content == PDF
    for name in ("Content-Type", "Content-Disposition", "Content-Security-Policy", "Repr-Digest", "Cache-Control"):
        assert page.headers[name] == api.headers[name], name


def test_of_two_files_none_is_lost_without_a_word(person, case):
    handler = person("drc-handler1")
    two = [SimpleUploadedFile("one.pdf", PDF), SimpleUploadedFile("two.pdf", PDF)]
    answer = handler.client.post(f"{V1}/cases/{case['number']}/attachments/", {"file": two})
    assert answer.status_code == 400
    assert "分次上传" in answer.json()["errors"]["file"]
    assert handler.get(f"cases/{case['number']}/attachments/").data["results"] == []
    assert list(upload(handler, case, sort="letter").json()["errors"]) == ["sort"]


def test_an_act_can_name_it(person, case):
    handler = person("drc-handler1")
    stored = upload(handler, case).json()
    done = handler.act(case, "attach_document", attachments=[stored["id"]], paper="letter")
    event = person("sup-supervisor1").get(f"events/{done.data['event_id']}").data
    assert stored["sha256"] in event["body"]


@pytest.mark.parametrize("username", ["nj-drc-handler1", "grid-handler1", "admin1"])
def test_an_outsider_neither_reads_nor_keeps_files(person, case, username):
    stored, outsider = upload(person("drc-handler1"), case).json(), person(username)
    seen = outsider.get(f"attachments/{stored['id']}")
    unseen = outsider.get("attachments/01a00000-0000-7000-8000-000000000000")
    assert seen.status_code == unseen.status_code == 404
    assert seen.content == unseen.content
    assert upload(outsider, case).status_code == 404


def test_supervision_reads_and_keeps_nothing(person, case):
    stored, supervisor = upload(person("drc-handler1"), case).json(), person("sup-supervisor1")
    listed = supervisor.get(f"cases/{case['number']}/attachments/").data["results"]
    assert [(file["sha256"], file["readable"]) for file in listed] == [(stored["sha256"], False)]
    refused = supervisor.get(f"attachments/{stored['id']}")
    assert (refused.status_code, refused.data["code"]) == (403, "file_withheld"), "a file cannot be masked"
    refused = upload(supervisor, case)
    assert refused.status_code == 403
    assert "督查人员" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.html", b"<script>", "不能上传"),
        ("a.pdf", b"", "空文件"),
        ("a.jpg", b"<script>alert(1)</script>", "与扩展名不符"),
    ],
)
def test_a_refusal_of_a_file_reaches_whoever_sent_it(person, case, name, content, why):
    """What is refused is tried in tests/documents/test_uploads.py; here, that it is said by name."""
    answer = upload(person("drc-handler1"), case, name, content)
    assert answer.status_code == 400
    assert why in answer.json()["errors"]["file"]


def test_a_request_without_a_file_or_with_an_unknown_kind_is_refused(person, case):
    handler = person("drc-handler1")
    path = f"{V1}/cases/{case['number']}/attachments/"
    assert set(handler.client.post(path, {"kind": "poem"}).json()["errors"]) == {"file", "kind"}
    assert handler.client.post(path, "{}", "application/json").status_code == 415


def test_a_name_cannot_leave_its_header_or_folder(person, case):
    stored = upload(person("drc-handler1"), case, "..\\..\\evil\u202egpj.pdf").json()
    assert stored["filename"] == "evilgpj.pdf"
