"""A session that ends in the middle of a form: nothing is done, nothing that was typed is lost."""

from __future__ import annotations

import html
import re

from django.conf import settings
from django.test import Client

from cases.models import Case
from cases.workflow.engine import Result
from tests.web import story
from tests.web.conftest import LogIn

TYPED = "走访邻居\n楼顶有风机声 <40 分贝>"


def address(case: Result) -> str:
    return f"/cases/{case.number}/actions/comment/"


def form(case: Result) -> dict[str, str]:
    version = Case.objects.values_list("version", flat=True).get(pk=case.case_id)
    return {"version": str(version), "key": "k", "step": "now", "f.comment": TYPED}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_what_was_typed_goes_through_the_login_and_back(demo_city: None, client: Client) -> None:
    case = story.opened()
    turned_away = client.post(address(case), form(case))
    assert turned_away.status_code == 401
    page = turned_away.content.decode()
    assert "登录已超时，刚才的内容没有提交" in page
    assert 'action="/login/"' in page

    person = {"username": "drc-handler1", "password": "wrong"}
    refused = client.post("/login/", {**hidden(page), **person})
    assert refused.status_code == 400
    person["password"] = settings.DEMO_PASSWORD
    inside = client.post("/login/", {**hidden(refused.content.decode()), **person})
    assert inside.status_code == 200
    assert f'action="{address(case)}"' in inside.content.decode()

    carried = hidden(inside.content.decode())
    assert carried["step"] == "edit"
    filled = client.post(address(case), carried)
    assert filled.status_code == 200
    assert html.unescape(filled.content.decode()).count(TYPED) == 1
    assert Case.objects.get(pk=case.case_id).version == 1


def test_a_form_opened_before_another_login_leads_back_to_itself(demo_city: None) -> None:
    case = story.opened()
    client = Client(enforce_csrf_checks=True)
    client.login(username="drc-handler1", password=settings.DEMO_PASSWORD)
    answer = client.post(address(case), form(case), headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "内容没有提交" in page
    assert hidden(page)["f.comment"] == TYPED
    assert Case.objects.get(pk=case.case_id).version == 1


def test_what_another_site_sends_is_not_shown_again(demo_city: None) -> None:
    case = story.opened()
    client = Client(enforce_csrf_checks=True)
    client.login(username="drc-handler1", password=settings.DEMO_PASSWORD)
    for headers in ({"origin": "https://elsewhere.example"}, {}):
        answer = client.post(address(case), form(case), headers=headers)
        assert answer.status_code == 403
        assert "走访邻居" not in answer.content.decode()


def test_no_password_is_carried_through_an_expired_login_form(demo_city: None) -> None:
    client = Client(enforce_csrf_checks=True)
    typed = {"username": "drc-handler1", "password": settings.DEMO_PASSWORD}
    answer = client.post("/login/", typed, headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    assert settings.DEMO_PASSWORD not in answer.content.decode()


def test_a_fragment_leads_the_whole_page_to_the_login(demo_city: None, client: Client) -> None:
    answer = client.get("/cases/?stage=verification", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=%2Fcases%2F%3Fstage%3Dverification"


def test_a_reader_is_led_to_the_login_as_before(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    client.post("/logout/")
    assert client.get("/audit/")["Location"] == "/login/?next=/audit/"
