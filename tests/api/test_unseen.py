"""What somebody does not see is answered as what does not exist, byte by byte, by every address that takes it."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Event
from cases.workflow.actions import Action
from tests.agencies.cast import cleared

NOBODY, NO_FILE = "XZ26-999999", "018f0000-0000-7000-8000-00000000f11e"
TITLE = "云龙区 秘密仓库"


@pytest.fixture
def secret(person):
    """A sensitive case with a file and a message; returns what names it."""
    cleared("drc-handler1", "sensitive")
    owner = person("drc-handler1")
    details = {"region_code": "320303", "title": TITLE, "source": "telecom", "confidentiality": "sensitive"}
    case = owner.post("cases/", details, Idempotency_Key="opened-once").data
    upload = SimpleUploadedFile("秘密.pdf", b"%PDF-1.7 secret")
    file = owner.client.post(f"/api/v1/cases/{case['number']}/attachments/", {"file": upload})
    assert file.status_code == 201, file.content
    event = Event.objects.get(stream=f"case/{case['case_id']}")
    return {"number": case["number"], "id": case["case_id"], "file": json.loads(file.content)["id"], "event": event.pk}


def plain(answer, *secrets):
    """Status and body with the reference that was asked for taken out, and the instance of the problem."""
    body = answer.content.decode()
    for name in secrets:
        body = body.replace(str(name), "…")
    return answer.status_code, body


READS = ("cases/{}", "cases/{}/timeline", "cases/{}/actions", "cases/{}/attachments/", "events/?case={}")


@pytest.mark.parametrize("username", ["drc-handler2", "sup-supervisor1", "police-handler1", "nj-drc-handler1"])
def test_every_address_that_takes_a_case_answers_as_for_none(secret, person, username):
    someone = person(username, language="zh")
    for address in READS:
        for method in ("GET", "HEAD"):
            missing = plain(someone.send(method, address.format(NOBODY)), NOBODY)
            assert missing[0] == 404, address
            for ref in (secret["number"], secret["id"]):
                assert plain(someone.send(method, address.format(ref)), ref) == missing, (method, address)
    for address, hidden, none in (
        ("attachments/{}", secret["file"], NO_FILE),
        ("events/{}", secret["event"], 2**62),
    ):
        assert plain(someone.get(address.format(hidden)), hidden) == plain(someone.get(address.format(none)), none)


def test_an_etag_that_is_right_is_no_key_and_no_act_tells_a_hidden_case_from_none(secret, person):
    someone = person("drc-handler2", language="zh")
    for action in Action:
        if action == Action.OPEN_CASE:
            continue
        said = {
            plain(someone.post(f"cases/{ref}/actions/{action}", {}, If_Match=version), ref)
            for ref in (secret["number"], secret["id"], NOBODY)
            for version in ('"1"', '"7"')
        }
        assert len(said) == 1, (action, said)
        assert next(iter(said))[0] == 404
    answer = someone.get(f"cases/{secret['number']}", If_None_Match='"1"')
    assert answer.status_code == 404
    assert "ETag" not in answer.headers


def test_no_list_names_it_and_no_count_moves_with_it(secret, person):
    someone = person("drc-handler2", language="zh")
    for address in (
        "cases/", "cases/?mine=true", f"cases/?number={secret['number']}", f"cases/?q={secret['number']}",
        "cases/?q=秘密",
        "cases/?stage=monitoring&region=320303&closed=false", "tasks/", "tasks/?kind=triage", "tasks/?stage=monitoring",
        "events/", "events/?person=drc-handler1", "events/?action=open_case",
    ):  # fmt: skip
        answer = someone.get(address)
        assert answer.status_code == 200, answer.data
        assert answer.data["results"] == [] or address == "events/", address
        assert "秘密" not in answer.content.decode()
        assert secret["number"] not in answer.content.decode()
        assert secret["id"] not in answer.content.decode()
        if address != "events/":
            assert answer.data["total"]["value"] == 0, address


def test_the_level_stands_in_every_answer_to_those_who_see_it(secret, person):
    owner = person("drc-handler1")
    assert owner.get(f"cases/{secret['number']}").data["confidentiality"] == "sensitive"
    assert owner.get("cases/").data["results"][0]["confidentiality"] == "sensitive"
    assert owner.get("tasks/").data["results"][0]["case"]["confidentiality"] == "sensitive"
    assert owner.get("session/").data["posts"][0]["ceiling"] == "sensitive"


def test_repeating_the_opening_after_the_ceiling_was_taken_names_nothing(secret, person):
    cleared("drc-handler1", "ordinary")
    details = {"region_code": "320303", "title": TITLE, "source": "telecom", "confidentiality": "sensitive"}
    answer = person("drc-handler1", language="zh").post("cases/", details, Idempotency_Key="opened-once")
    assert answer.status_code == 404
    assert secret["number"] not in answer.content.decode()
