"""The pages for somebody whose ceiling does not reach a case: no page, search, message or redirect names it."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from agencies.actors import find_actor
from agencies.models import Membership
from cases.models import Case
from notifications.models import Message
from notifications.relay import deliver_all
from notifications.selectors import inbox, unread_count
from tests.agencies.cast import cleared
from tests.web import story


@pytest.fixture
def told(demo_city):
    """A case whose triage drc-handler2 was told of before it became sensitive, beyond that person's ceiling."""
    case = story.opened("云龙区秘密仓库")
    deliver_all()
    assert unread_count(find_actor("drc-handler2")) == 1
    cleared("drc-handler1", "sensitive")
    findings = ["inspect_site"]
    story.do("drc-handler1", "dispatch_verification", case, findings=findings, confidentiality="sensitive")
    deliver_all()
    return case


def test_the_old_message_neither_opens_nor_names_the_case_and_no_new_one_comes(told, log_in):
    client, actor = log_in("drc-handler2"), find_actor("drc-handler2")
    message = Message.objects.filter(user_id=actor.user_id).latest("id")
    assert Message.objects.filter(user_id=actor.user_id).count() == 1
    assert unread_count(actor) == 0
    assert inbox(actor) == []
    answer = client.get(f"/inbox/{message.pk}/")
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    for address in ("/", "/inbox/", "/tasks/", "/cases/", "/cases/?view=all", "/audit/", f"/cases/?q={told.number}"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert "秘密" not in page.content.decode(), address
        # What was typed into the search stands in its field; a link there would lead to it.
        named = f"/cases/{told.number}/" if "q=" in address else told.number
        assert named not in page.content.decode(), address
    client.post("/inbox/read/", {"newest": message.pk})
    message.refresh_from_db()
    assert message.read_at is None, "what nobody could read was not read"


def test_typing_its_number_leads_nowhere(told, log_in):
    client = log_in("drc-handler2")
    assert client.get("/cases/", {"q": told.number}).status_code == 200
    pages = {number: client.get(f"/cases/{number}/") for number in (told.number, "XZ26-999999")}
    assert {page.status_code for page in pages.values()} == {404}
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    said = {token.sub("", page.content.decode()).replace(number, "…") for number, page in pages.items()}
    assert len(said) == 1
    seer = log_in("drc-handler1")
    assert seer.get("/cases/", {"q": told.number}).headers["Location"] == f"/cases/{told.number}/"


def test_the_level_stands_on_the_list_the_case_and_its_papers(told, log_in):
    client = log_in("drc-handler1")
    assert "敏感" in client.get("/cases/").content.decode()
    page = client.get(f"/cases/{told.number}/").content.decode()
    assert page.count("敏感") >= 2
    assert "敏感" in client.get("/tasks/").content.decode()


def test_an_own_part_says_so_and_shows_no_other_agencys_finding(log_in):
    case = story.reported()
    page = log_in("telecom-handler1").get(f"/cases/{case.number}/").content.decode()
    assert "此处只列你所在机构办理的部分" in page
    assert "未开始" not in page, "what other agencies do with the case is not told, neither that they have not"
    assert "41,260" not in page
    assert "35,000" not in page
    whole = log_in("drc-handler1").get(f"/cases/{case.number}/").content.decode()
    assert "此处只列你所在机构办理的部分" not in whole
    assert "35,000" in whole


def test_an_administrator_grants_a_ceiling_on_the_page_and_the_operator_by_command(log_in, capsys):
    client = log_in("sec-admin1")
    answer = client.post(
        "/accounts/",
        {"do": "grant", "username": "drc-handler1", "agency": "320300-drc", "role": "handler", "ceiling": "internal"},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert find_actor("drc-handler1").posts[0].ceiling == "internal"
    assert '<td data-label="可见密级">内部</td>' in client.get("/accounts/drc-handler1/").content.decode()
    bad = {"do": "grant", "username": "drc-handler2", "agency": "320300-drc", "role": "reviewer", "ceiling": "secret"}
    assert client.post("/accounts/", bad).status_code == 400
    call_command("change_role", "grant", "drc-handler2", "320300-drc", "reviewer", "--ceiling", "sensitive")
    assert find_actor("drc-handler2").posts[0].ceiling == "sensitive"
    assert Membership.objects.get(user__username="drc-handler2", role="reviewer", active=True).ceiling == "sensitive"
    call_command("verify_audit")
    assert Case.objects.count() == 0
