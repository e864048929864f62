"""The three separated administrators on pages and API: no case anywhere, and each its own pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from agencies.actors import find_actor
from notifications.selectors import unread_count
from tests.api.conftest import OPENING, Person
from tests.web import story
from tests.web.test_reading import ADDRESSES, entered

THREE = ("sys-admin1", "sec-admin1", "audit-admin1")
TITLE = "云龙区解放路旧仓库"


def plain(answer: Any) -> str:
    """A page without the values that are new on each request."""
    return re.sub(r'(name="csrfmiddlewaretoken" value="|csrf-token" content=")[^"]+', "", answer.content.decode())


@pytest.mark.parametrize("username", THREE)
def test_no_page_shows_them_a_case(demo_city: None, username: str) -> None:
    case = story.reported()
    client = entered(username)
    there, nowhere = client.get(f"/cases/{case.number}/"), client.get("/cases/XZ26-9999/")
    assert (there.status_code, plain(there)) == (404, plain(nowhere).replace("XZ26-9999", case.number))
    for action in ("comment", "propose_determination", "urge", "reveal_personal_data", "attach_document"):
        assert client.get(f"/cases/{case.number}/actions/{action}/").status_code == 404
        assert client.post(f"/cases/{case.number}/actions/{action}/", {"f.text": "x"}).status_code == 404
    for address in (*ADDRESSES, f"/cases/?q={case.number}", "/cases/?q=解放路", f"/audit/?case={case.number}"):
        page = client.get(address).content.decode()
        assert TITLE not in page, address
        assert f"/cases/{case.number}" not in page, address


@pytest.mark.parametrize("username", THREE)
def test_the_api_answers_them_as_it_answers_nobody(demo_city: None, username: str) -> None:
    case = story.reported()
    person = Person(username)
    for path in ("cases/", "tasks/", "imports/", f"cases/?q={case.number}"):
        answer = person.get(path)
        assert (answer.status_code, answer.data["results"]) == (200, []), path
        assert answer.data.get("total", {"value": 0})["value"] == 0, path
    for path in (f"cases/{case.number}", f"cases/{case.case_id}", f"cases/{case.number}/timeline",
                 f"cases/{case.number}/actions"):  # fmt: skip
        assert person.get(path).status_code == 404, path
    assert person.post(f"cases/{case.number}/actions/comment", {"text": "x"}, If_Match='"1"').status_code == 404
    assert person.post("cases/", OPENING).status_code == 403
    events = person.get("events/?page_size=100").data["results"]
    assert [event for event in events if event["case"] is not None] == []
    assert unread_count(find_actor(username)) == 0


def test_the_audit_administrator_reads_accounts_agencies_and_settings_of_the_region(demo_city: None) -> None:
    story.reported()
    audit = Person("audit-admin1")
    found = {
        event["stream"]
        for action in ("", "agency_created", "role_granted", "open_case", "report_traffic")
        for event in audit.get(f"events/?page_size=100&action={action}").data["results"]
    }
    assert {stream.split("/")[0] for stream in found} == {"account", "agency"}
    assert {"account/grid-handler1", "agency/320300-grid", "agency/320302-grid"} <= found
    assert not {"account/nj-drc-handler1", "agency/320100-drc", "agency/320000-drc", "account/sup-supervisor1"} & found
    page = entered("audit-admin1").get("/audit/").content.decode()
    assert "审计管理员" in page
    assert entered("audit-admin1").get("/accounts/").status_code == 403


def test_the_audit_administrator_sees_failed_logins_under_unknown_names_and_who_has_a_role_does_not(
    demo_city: None,
) -> None:
    Client().post("/login/", {"username": "nobody-at-all", "password": "x"})
    found = Person("audit-admin1").get("events/?action=login_failed").data["results"]
    assert [event["stream"] for event in found] == ["account/unknown"]
    for other in ("sys-admin1", "sec-admin1", "admin1", "xzsup-supervisor1"):
        assert Person(other).get("events/?action=login_failed").data["results"] == []


@pytest.mark.parametrize("username", ["sys-admin1", "sec-admin1"])
def test_the_others_find_only_their_own_acts_in_the_trail(demo_city: None, username: str) -> None:
    streams = {event["stream"] for event in Person(username).get("events/?page_size=100").data["results"]}
    assert streams == {f"account/{username}"}


def test_their_navigation_has_what_is_theirs(demo_city: None) -> None:
    pages = {username: entered(username).get("/").content.decode() for username in THREE}
    for username, page in pages.items():
        assert 'href="/cases/"' not in page, username
        assert ('href="/accounts/"' in page) is (username != "audit-admin1")
        # No search among cases and no link to where one is; the bell is for what is about no case.
        assert 'role="search"' not in page, username
        assert page.count('href="/inbox/"') == 1, username
        assert '<a href="/">' not in page, username
        assert 'class="tabbar"' in page
        bar = page.split('class="tabbar"')[1]
        assert 'href="/audit/"' in bar, username
        assert 'href="/security/"' in bar, username
