"""A session that ends in the middle of a form: nothing is done, nothing that was typed is lost."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.test import Client

from agencies.actors import find_actor
from audit import clock
from audit.models import Event
from cases.models import Case
from cases.web.whose import mark
from cases.workflow.engine import Result
from tests.web import story
from tests.web.conftest import LogIn

TYPED = "走访邻居\n楼顶有风机声 <40 分贝>"


def address(case: Result) -> str:
    return f"/cases/{case.number}/actions/comment/"


def form(case: Result) -> dict[str, str]:
    version = Case.objects.values_list("version", flat=True).get(pk=case.case_id)
    whose = mark(find_actor("drc-handler1").user_id)
    return {"version": str(version), "key": "k", "step": "now", "whose": whose, "f.comment": TYPED}


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


@pytest.mark.parametrize("mine", [True, False])
def test_only_whoever_typed_it_gets_it_back_after_the_login(log_in: LogIn, mine: bool) -> None:
    case = story.opened()
    client = log_in("drc-handler1")
    page = hidden(client.get(address(case)).content.decode())
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    door = client.post(address(case), {**page, "step": "now", "f.comment": TYPED})
    assert "换人登录则不保留" in door.content.decode()
    who = "drc-handler1" if mine else "grid-handler1"
    person = {"username": who, "password": settings.DEMO_PASSWORD}
    inside = client.post("/login/", {**hidden(door.content.decode()), **person}, follow=True)
    shown = html.unescape(inside.content.decode())
    assert (TYPED in shown) is mine
    assert ("是另一位使用者填写的，没有提交，也没有保留" in shown) is not mine
    assert inside.request["PATH_INFO"] == ("/login/" if mine else "/")
    assert Case.objects.get(pk=case.case_id).version == 1


@pytest.mark.parametrize("claimed", ["", "1", "x" * 43, None])
def test_whose_it_is_cannot_be_made_up(log_in: LogIn, claimed: str | None) -> None:
    case = story.opened()
    sent = {**form(case), "whose": mark(find_actor("drc-handler2").user_id) if claimed is None else claimed}
    door = Client().post(address(case), sent)
    person = {"username": "drc-handler1", "password": settings.DEMO_PASSWORD}
    inside = Client().post("/login/", {**hidden(door.content.decode()), **person}, follow=True)
    assert TYPED not in html.unescape(inside.content.decode())


def test_a_page_of_the_person_before_is_not_taken_over_in_another_tab(demo_city: None) -> None:
    case = story.opened()
    client = Client(enforce_csrf_checks=True)
    client.login(username="drc-handler2", password=settings.DEMO_PASSWORD)
    answer = client.post(address(case), form(case), headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    page = html.unescape(answer.content.decode())
    assert "这一页是另一位使用者打开的" in page
    assert TYPED not in page


# The way back in, and the pages on which residents report and follow what they reported: nobody is logged in there.
PUBLIC = ("resume.html", "report.html", "done.html", "follow.html")


def test_every_form_behind_the_door_says_whose_it_is() -> None:
    """But for those that hold nothing typed: the language, the way out, and those of the door itself."""
    root = Path(settings.BASE_DIR)
    templates = [*root.glob("cases/templates/**/*.html"), *root.glob("notifications/templates/**/*.html")]
    forms = re.compile(r'<form[^>]*method="post"(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*>', re.DOTALL)
    found = []
    for path in templates:
        text = path.read_text()
        for match in forms.finditer(text):
            bare = re.search(r"web:(language|log[a-z]+)'", match[0]) or path.name in PUBLIC
            if not bare:
                found.append(path.name)
                assert text[match.end() :].startswith('{% include "web/parts/own.html" %}'), f"{path.name}: {match[0]}"
    assert len(found) >= 12


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


def test_no_password_is_carried_from_the_page_that_changes_it(demo_city: None, client: Client) -> None:
    typed = {"current": settings.DEMO_PASSWORD, "password": "a-new-pass-phrase", "again": "a-new-pass-phrase"}
    door = client.post("/password/", {**typed, "whose": mark(find_actor("drc-handler1").user_id)})
    assert door.status_code == 401
    page = door.content.decode()
    assert "a-new-pass-phrase" not in page
    assert not {"typed.current", "typed.password", "typed.again"} & set(hidden(page))


def test_a_fragment_leads_the_whole_page_to_the_login(demo_city: None, client: Client) -> None:
    answer = client.get("/cases/?stage=verification", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=/cases/%3Fstage%3Dverification"


def test_a_reader_is_led_to_the_login_as_before(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    client.post("/logout/")
    assert client.get("/audit/")["Location"] == "/login/?next=/audit/"


def aged(client: Client, **changes: int) -> None:
    """The session as it would be after so many seconds."""
    session = client.session
    for name, seconds in changes.items():
        session[name] -= seconds
    session.save()


def ends(user: str) -> list[str]:
    """How the sessions of an account ended, by its events; empty for one that the person ended."""
    bodies = Event.objects.filter(stream=f"account/{user}", action="logged_out").order_by("seq")
    return [orjson.loads(bytes(event.body))["data"].get("session_end", "") for event in bodies]


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_request(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    aged(client, seen=settings.SESSION_IDLE_SECONDS - 30)
    assert client.get("/").status_code == 200, "the request begins a new quarter of an hour"
    aged(client, seen=settings.SESSION_IDLE_SECONDS + 30)
    turned_away = client.get("/cases/?stage=verification")
    assert turned_away["Location"] == "/login/?next=/cases/%3Fstage%3Dverification&ended=idle"
    assert "超过 15 分钟没有操作" in client.get(turned_away["Location"]).content.decode()
    assert client.get("/").status_code == 302
    assert ends("drc-handler1") == ["idle"]


def test_a_session_lasts_no_longer_than_a_working_day(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    aged(client, begun=settings.SESSION_COOKIE_AGE + 30)
    page = client.get("/", headers={"hx-request": "true", "hx-current-url": "http://testserver/tasks/"})
    assert page.status_code == 401
    assert page["HX-Redirect"].endswith("&ended=age")
    assert "登录已满 8 小时" in client.get(page["HX-Redirect"]).content.decode()
    assert ends("drc-handler1") == ["age"]


def test_a_session_of_the_future_is_over(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    aged(client, begun=-3600)
    assert client.get("/").status_code == 302


def test_what_was_typed_survives_the_quarter_of_an_hour(log_in: LogIn) -> None:
    case = story.opened()
    client = log_in("drc-handler1")
    filled = form(case)
    aged(client, seen=settings.SESSION_IDLE_SECONDS + 30)
    turned_away = client.post(address(case), filled)
    assert turned_away.status_code == 401
    assert hidden(turned_away.content.decode())["typed.f.comment"] == TYPED
    assert Case.objects.get(pk=case.case_id).version == 1


def test_a_system_that_calls_the_api_is_told_to_log_in_again(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    aged(client, seen=settings.SESSION_IDLE_SECONDS + 30)
    answer = client.get("/api/v1/tasks/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_the_last_request_is_noted_once_a_minute_and_the_demo_clock_moves_no_session(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    before = client.session["seen"]
    clock.advance(timedelta(days=3))
    assert client.get("/").status_code == 200
    assert client.session["seen"] == before
    aged(client, seen=90)
    client.get("/")
    assert client.session["seen"] >= before


def test_who_logs_out_has_ended_it_himself(log_in: LogIn) -> None:
    log_in("drc-handler1").post("/logout/")
    assert ends("drc-handler1") == [""]
