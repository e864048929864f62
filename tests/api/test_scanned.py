"""What the virus scanner finds enters through no door of the API."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from config.env import Endpoint
from tests.documents.clamd import EICAR, clamd
from tests.files import PDF


def test_an_infected_file_enters_through_no_door(settings, person, case):
    with clamd() as port:
        settings.CLAMAV = Endpoint("127.0.0.1", port, "")
        _refused_everywhere(person, case)


def _refused_everywhere(person, case):
    handler = person("drc-handler1")
    address = f"/api/v1/cases/{case['number']}/attachments/"
    answer = handler.client.post(address, {"file": SimpleUploadedFile("函.pdf", PDF + EICAR)})
    assert answer.status_code == 400
    assert "病毒检查" in answer.json()["errors"]["file"]
    assert handler.get(f"cases/{case['number']}/attachments/").data["results"] == []
    fields = {"kind": "telecom", "agency": "320300-telecom", "batch": "一"}
    answer = handler.client.post("/api/v1/imports/", {"file": SimpleUploadedFile("a.csv", EICAR), **fields})
    assert (answer.status_code, answer.json()["code"]) == (400, "file_refused")
    assert handler.get("imports/").data["results"] == []
