"""Arrivals: what a page that asks again is told, what it costs, and that it keeps nobody logged in."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.access.sessions import SEEN
from audit import clock, sight
from audit.sight import looking
from cases.models import Outbox
from notifications.models import Message
from notifications.relay import deliver_all
from notifications.selectors import standing
from notifications.services import mark_read
from tests.notifications.conftest import NOW

ADDRESS = "/inbox/arrivals/"


@pytest.fixture
def asked(told, visit):
    client = visit("drc-handler2")

    def ask(after="", unread=""):
        answer = client.get(ADDRESS, {"after": after, "unread": unread})
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return ask


@pytest.fixture
def placed(opened, who):
    """A message of any topic for drc-handler2, as the relay would leave it."""

    def place(topic, payload, *, of_case=True):
        opened()
        row, user = Outbox.objects.latest("id"), who("drc-handler2")
        return Message.objects.create(
            outbox=row, user_id=user.user_id, agency_id=user.posts[0].agency_id, topic=topic, payload=payload,
            case_id=row.case_id if of_case else None, created_at=NOW,
        )  # fmt: skip

    return place


def test_nothing_new_is_answered_with_nothing(asked, told):
    assert asked(told[-1].pk, "3") == (204, None)


def test_what_is_newer_than_the_last_known_comes_once_newest_first(asked, told, number):
    status, said = asked(told[0].pk, "1")
    assert (status, said["after"], said["unread"], said["more"]) == (200, told[2].pk, "3", False)
    assert said["label"] == "消息，3 条未读"
    assert [line["id"] for line in said["lines"]] == [told[2].pk, told[1].pk]
    assert number(3) in said["lines"][0]["row"] and number(3) in said["lines"][0]["note"]
    assert f'data-message="{told[2].pk}"' in said["lines"][0]["row"]
    assert asked(said["after"], said["unread"]) == (204, None)


def test_a_message_read_elsewhere_changes_the_number_only(asked, told, who):
    mark_read(actor=who("drc-handler2"), ids=[told[0].pk], now=NOW)
    assert asked(told[-1].pk, "3")[1] == {
        "after": told[-1].pk, "unread": "2", "label": "消息，2 条未读", "more": False, "lines": [],
    }  # fmt: skip


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "9" * 12])
def test_a_made_up_place_is_no_error_and_never_lies_beyond_the_newest(asked, told, after):
    status, said = asked(after, "3")
    assert status in (200, 204)
    assert said is None or said["after"] == told[-1].pk


def test_of_many_the_newest_come_and_that_there_are_more(opened, told, asked, monkeypatch):
    monkeypatch.setattr("notifications.pages.live.MOST", 2)
    said = asked(0, "")[1]
    assert ([line["id"] for line in said["lines"]], said["more"]) == ([told[2].pk, told[1].pk], True)


def test_nobody_is_told_of_the_messages_of_another(told, visit):
    answer = visit("grid-handler1").get(ADDRESS, {"after": "0", "unread": ""})
    assert answer.status_code == 204


def test_the_page_says_from_where_on_and_shows_what_came_in_between(told, visit, opened, monkeypatch):
    """A message that arrives between the two questions of a page is in its list and known to it."""
    from notifications import views

    before = views.selectors.inbox

    def late(*args, **more):
        # By others: not in the sight of the page.
        with looking(sight.unless_said):
            opened()
            deliver_all()
        return before(*args, **more)

    client = visit("drc-handler2")
    monkeypatch.setattr(views.selectors, "inbox", late)
    page = client.get("/inbox/").content.decode()
    monkeypatch.undo()
    after = int(re.search(r'data-after="(\d+)"', page).group(1))
    newest = Message.objects.order_by("-id")[0].pk
    assert after == told[-1].pk
    assert f'data-message="{newest}"' in page
    said = client.get(ADDRESS, {"after": after, "unread": "3"}).json()
    # Told again with the id that the page knows it by: it is shown once.
    assert [line["id"] for line in said["lines"]] == [newest]


def test_one_question_costs_one_query_of_the_inbox_and_few_beside(told, visit):
    client = visit("drc-handler2")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(ADDRESS, {"after": told[-1].pk, "unread": "3"}).status_code == 204
    own = [query["sql"] for query in queries if "notifications_message" in query["sql"]]
    assert len(own) == 1
    assert len(queries) <= 6, [query["sql"][:90] for query in queries]


def test_asking_keeps_nobody_logged_in(told, visit):
    client = visit("drc-handler2")
    session = client.session
    was = int(clock.real_now().timestamp()) - 300
    session[SEEN] = was
    session.save()
    assert client.get(ADDRESS, {"after": "0", "unread": ""}).status_code == 200
    assert client.session[SEEN] == was
    client.get("/inbox/")
    assert client.session[SEEN] > was


def test_whoever_was_signed_out_for_being_away_is_told_so(told, visit):
    client = visit("drc-handler2")
    session = client.session
    session[SEEN] = int(clock.real_now().timestamp()) - settings.SESSION_IDLE_SECONDS - 5
    session.save()
    answer = client.get(ADDRESS, {"after": "0", "unread": ""}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert Client().get(ADDRESS).status_code == 302


def test_the_standing_is_of_one_moment(told, who):
    assert standing(who("drc-handler2")) == (told[-1].pk, 3)
    assert standing(who("cac-handler1")) == (0, 0)


def test_one_message_is_marked_and_unmarked_where_one_was(told, visit, who):
    client, actor = visit("drc-handler2"), who("drc-handler2")
    here = f"{reverse('notifications:inbox')}?kind=handoffs"
    answer = client.post("/inbox/mark/", {"read": told[0].pk, "next": here})
    assert (answer.status_code, answer.headers["Location"], standing(actor).unread) == (302, here, 2)
    client.post("/inbox/mark/", {"unread": told[0].pk})
    assert standing(actor).unread == 3


def test_all_are_marked_and_by_one_button_unread_again(told, visit, who, opened):
    client, actor = visit("drc-handler2"), who("drc-handler2")
    mark_read(actor=actor, ids=[told[0].pk], now=NOW)
    answer = client.post("/inbox/read/", {"newest": told[-1].pk})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "已将 2 条消息标为已读" in page
    undo = re.search(r'name="undo" value="([^"]+)"', page).group(1)
    assert client.post("/inbox/mark/", {"undo": undo}).status_code == 302
    # Those that this button had marked, and none that was read before.
    assert standing(actor).unread == 2


@pytest.mark.parametrize("sent", [{}, {"read": "x"}, {"undo": "yesterday"}, {"undo": "2026-13-45T00:00:00+00:00"}])
def test_marking_what_is_not_there_is_a_404(told, visit, sent):
    assert visit("drc-handler2").post("/inbox/mark/", sent).status_code == 404


def test_nobody_marks_the_messages_of_another(told, visit, who):
    stranger = visit("grid-handler1")
    assert stranger.post("/inbox/mark/", {"read": told[0].pk}).status_code == 404
    stranger.post("/inbox/read/", {})
    assert standing(who("drc-handler2")).unread == 3
    visit("drc-handler2").post("/inbox/read/", {})
    at = Message.objects.get(pk=told[0].pk).read_at.isoformat()
    stranger.post("/inbox/mark/", {"undo": at})
    assert standing(who("drc-handler2")).unread == 0


def test_the_list_is_of_one_kind_where_one_is_chosen(told, visit, who, number, placed):
    placed("case.unlisted_measured", {"number": "XZ-1"})
    client = visit("drc-handler2")
    warnings, handoffs = (client.get("/inbox/", {"kind": kind}).content.decode() for kind in ("warnings", "handoffs"))
    assert "XZ-1" in warnings and number(2) not in warnings
    assert "XZ-1" not in handoffs and number(2) in handoffs
    assert "没有这一类消息" in client.get("/inbox/", {"kind": "progress"}).content.decode()
    assert "XZ-1" in client.get("/inbox/", {"kind": "no such kind"}).content.decode()


def test_the_groups_of_rows_are_those_of_the_code(db):
    from notifications.choices.kinds import GROUP_SQL, kind_group

    topics = ["task.opened", "task.x", "deadline.today", "case.unlisted", "case.unlisted_measured", "x", "", "a.b.c"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT topic, {GROUP_SQL} FROM unnest(%s) AS t(topic)", [topics])
        assert dict(cursor.fetchall()) == {topic: kind_group(topic) for topic in topics}


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/reports/7/", "/reports/7/"),
        ("//evil.example", "/inbox/"),
        ("https://evil.example", "/inbox/"),
        ("", "/inbox/"),
    ],
)
def test_a_message_without_a_case_opens_its_link_inside_the_product(placed, visit, link, target):
    message = placed("report.made", {"link": link}, of_case=False)
    answer = visit("drc-handler2").get(reverse("notifications:open", args=[message.pk]))
    assert answer.headers["Location"] == target
