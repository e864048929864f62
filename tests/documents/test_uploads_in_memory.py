"""A file that is being uploaded lies on no disk, however large it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

LARGE = b"0123456789abcdef" * 200_000  # beyond what Django keeps in memory


def received(content: bytes) -> HttpRequest:
    return RequestFactory().post("/", {"file": SimpleUploadedFile("名单.csv", content, "text/csv")})


@pytest.mark.parametrize("content", [b"1,2\n", LARGE])
def test_an_upload_needs_no_folder_of_temporary_files(content: bytes, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere"
    request = received(content)
    file = request.FILES["file"]
    assert (file.name, file.content_type, file.size) == ("名单.csv", "text/csv", len(content))
    assert file.read() == content
    assert not hasattr(file, "temporary_file_path")
    request.close()
    assert file.closed


def test_two_large_files_of_one_request_stay_apart() -> None:
    other = LARGE[::-1]
    files = {"one": SimpleUploadedFile("a", LARGE), "two": SimpleUploadedFile("b", other)}
    request = RequestFactory().post("/", files)
    assert (request.FILES["one"].read(), request.FILES["two"].read()) == (LARGE, other)
    request.close()
