"""A form that is too large is refused before it is read, and strangers' files are not kept at all."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from config import middleware


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def read(self, *_):
        raise AssertionError("the body was read")


def post(client, path, length, content_type="multipart/form-data; boundary=x"):
    return client.generic("POST", path, b"", content_type, CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()})


@pytest.mark.parametrize(
    ("path", "length", "content_type"),
    [
        ("/imports/", 66 << 20, "multipart/form-data; boundary=x"),
        ("/cases/XZ21-1/actions/attach_document/", 102 << 20, "multipart/form-data; boundary=x"),
        ("/login/", 3 << 20, "multipart/form-data; boundary=x"),
        ("/cases/XZ21-1/actions/comment/", 3 << 20, "application/x-www-form-urlencoded"),
        ("/inbox/", 3 << 20, "application/x-www-form-urlencoded"),
        ("/login/", "-5", "application/x-www-form-urlencoded"),
    ],
)
def test_a_form_beyond_its_limit_is_refused_unread(db, path, length, content_type):
    answer = post(Client(), path, length, content_type)
    assert answer.status_code == 413
    said = answer.content.decode()
    assert "没有读取，也没有任何改动" in said
    assert "请减少或拆分文件" in said


def test_the_refusal_is_said_in_english_too(db):
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "was not read" in post(client, "/imports/", 66 << 20).content.decode()


def test_the_api_refuses_by_the_limit_of_each_address(db):
    answer = post(Client(), "/api/v1/imports/", 202 << 20)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_files_of_somebody_who_is_not_logged_in_are_read_past(db):
    seen = {}

    def view(request):
        seen["files"] = [(name, file.size) for name, file in request.FILES.items()]
        seen["typed"] = request.POST["f.note"]

    class Nobody:
        is_authenticated = False

    upload = SimpleUploadedFile("照片.jpg", b"x" * 3_000_000)
    request = RequestFactory().post("/cases/1/actions/comment/", {"f.note": "说明", "f.photos": upload})
    request.user = Nobody()
    middleware.bodies(view)(request)
    assert seen == {"files": [("f.photos", 0)], "typed": "说明"}


HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


@pytest.mark.parametrize(
    "path", ["/login/", "/nowhere/", "/api/v1/nowhere", "/api/v1/session/", "/static/cases/app.css"]
)
def test_every_answer_carries_the_security_headers(db, path):
    answer = Client().get(path)
    for name, value in HEADERS.items():
        assert value in answer.headers.get(name, ""), (path, name)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    answer.close()
