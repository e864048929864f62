"""Reading the inbox: pages, the bell, marking as read, and what a stranger gets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.actors import system_actor
from cases.workflow.bulk import Request, perform_many
from notifications.models import Message
from notifications.relay import deliver_all
from notifications.selectors import find_message, inbox, unread_count
from notifications.services import mark_read
from tests.agencies.cast import cleared
from tests.notifications.conftest import NOW


def test_the_newest_comes_first_and_pages_follow_by_id(told, who, number):
    actor = who("drc-handler2")
    assert [message.number for message in inbox(actor)] == [number(3), number(2), number(1)]
    first = inbox(actor, limit=2)
    assert [message.number for message in inbox(actor, after=first[-1].id)] == [number(1)]


def test_read_messages_are_no_longer_counted(told, who, number):
    actor = who("drc-handler2")
    assert unread_count(actor) == 3
    assert mark_read(actor=actor, ids=[told[0].pk], now=NOW) == 1
    assert mark_read(actor=actor, ids=[told[0].pk], now=NOW) == 0
    assert unread_count(actor) == 2
    assert [message.number for message in inbox(actor, unread_only=True)] == [number(3), number(2)]
    assert mark_read(actor=actor, now=NOW) == 2


def test_nobody_reads_or_marks_the_messages_of_another(told, who):
    stranger = who("grid-handler1")
    assert find_message(stranger, told[0].pk) is None
    assert mark_read(actor=stranger, ids=[told[0].pk], now=NOW) == 0
    assert (inbox(stranger), unread_count(stranger)) == ([], 0)
    assert unread_count(who("drc-handler2")) == 3


def test_a_message_is_read_by_whom_it_is_for_where_they_work_and_while_they_see_its_case(told, who, act):
    """Each by itself: a colleague; the same person at another agency that sees the case; a case that has risen."""
    mine, colleague, above = who("drc-handler2"), who("drc-reviewer1"), who("js-drc-handler1")
    assert (inbox(colleague), unread_count(colleague), find_message(colleague, told[0].pk)) == ([], 0, None)
    assert mark_read(actor=colleague, ids=[told[0].pk], now=NOW) == 0
    moved = replace(mine, posts=above.posts)
    assert (inbox(moved), unread_count(moved), mark_read(actor=moved, now=NOW)) == ([], 0, 0)
    assert unread_count(mine) == 3
    cleared("drc-handler1", "sensitive")
    risen = {"findings": ["inspect_site"], "confidentiality": "sensitive"}
    act("drc-handler1", "dispatch_verification", str(told[0].case_id), **risen)
    assert [message.id for message in inbox(mine)] == [told[2].pk, told[1].pk]
    assert (unread_count(mine), find_message(mine, told[0].pk)) == (2, None)
    assert mark_read(actor=mine, now=NOW) == 2


def test_a_message_that_does_not_exist_is_not_found(told, who, number):
    assert find_message(who("drc-handler2"), told[-1].pk + 1) is None
    assert find_message(who("drc-handler2"), told[1].pk).number == number(2)


def test_the_page_lists_messages_with_the_unread_ones_marked(told, visit, who, number):
    mark_read(actor=who("drc-handler2"), ids=[told[0].pk], now=NOW)
    page = visit("drc-handler2").get(reverse("notifications:inbox"))
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count('class="new"') == 2
    assert f"{number(3)} 待办：线索分办，11-25 18:00 前" in text
    unread = visit("drc-handler2").get(reverse("notifications:inbox"), {"unread": "1"}).content.decode()
    assert number(1) not in unread


def test_the_page_is_in_english_for_who_has_chosen_english(told, visit, number, settings):
    client = visit("drc-handler2")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(reverse("notifications:inbox"))
    assert f"{number(3)} to do: Triage, by 11-25 18:00" in page.content.decode()


def test_the_page_is_chinese_whatever_language_the_browser_was_installed_in(told, visit, number):
    page = visit("drc-handler2").get(reverse("notifications:inbox"), headers={"accept-language": "en"})
    assert f"{number(3)} 待办：线索分办，11-25 18:00 前" in page.content.decode()


def test_an_empty_inbox_says_so(visit):
    assert "没有消息" in visit("cac-handler1").get(reverse("notifications:inbox")).content.decode()


def test_the_link_marks_as_read_and_leads_to_the_case(told, visit, who, number):
    answer = visit("drc-handler2").get(reverse("notifications:open", args=[told[1].pk]))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cases/{number(2)}/")
    assert unread_count(who("drc-handler2")) == 2


def test_a_line_about_many_cases_leads_to_the_tasks(visit):
    requests = [Request("open_case", {"region_code": "320302", "title": "某楼", "source": "telecom"}) for _ in range(9)]
    perform_many(requests, actor=system_actor(), now=NOW)
    deliver_all()
    message = Message.objects.filter(user__username="drc-handler1").get()
    answer = visit("drc-handler1").get(reverse("notifications:open", args=[message.pk]))
    assert answer.headers["Location"] == "/tasks/"


def test_the_message_of_another_is_a_404(told, visit):
    assert visit("grid-handler1").get(reverse("notifications:open", args=[told[0].pk])).status_code == 404


def test_all_are_marked_by_a_form_and_not_by_a_link(told, visit, who):
    client = visit("drc-handler2")
    assert client.get(reverse("notifications:read_all")).status_code == 405
    assert client.post(reverse("notifications:read_all")).status_code == 302
    assert unread_count(who("drc-handler2")) == 0


def test_what_arrived_after_the_page_was_drawn_stays_unread(told, visit, who, opened):
    client = visit("drc-handler2")
    page = client.get(reverse("notifications:inbox")).content.decode()
    assert f'name="newest" value="{told[-1].pk}"' in page
    opened()
    deliver_all()
    client.post(reverse("notifications:read_all"), {"newest": told[-1].pk})
    assert unread_count(who("drc-handler2")) == 1


def test_lines_that_were_shown_to_arrive_are_marked_too_and_what_came_between_is_not(told, visit, who, opened):
    client = visit("drc-handler2")
    for _ in range(2):
        opened()
    deliver_all()
    between, shown = Message.objects.filter(pk__gt=told[-1].pk, user__username="drc-handler2").order_by("pk")
    made_up = ["x", "-1", "9" * 40]
    client.post(reverse("notifications:read_all"), {"newest": told[-1].pk, "arrived": [shown.pk, *made_up]})
    assert list(Message.objects.filter(user__username="drc-handler2", read_at=None)) == [between]
    visit("grid-handler1").post(reverse("notifications:read_all"), {"newest": 0, "arrived": [between.pk]})
    assert unread_count(who("drc-handler2")) == 1


def test_an_inbox_that_was_empty_marks_nothing_that_came_unseen(visit, who, opened):
    client = visit("drc-handler2")
    assert 'name="newest" value="0"' in client.get(reverse("notifications:inbox")).content.decode()
    opened()
    deliver_all()
    client.post(reverse("notifications:read_all"), {"newest": "0"})
    assert unread_count(who("drc-handler2")) == 1


def test_the_bell_says_when_there_are_more_than_it_counts(told, visit, monkeypatch):
    monkeypatch.setattr("notifications.selectors.UNREAD_CAP", 2)
    assert "消息，2+ 条未读" in visit("drc-handler2").get("/inbox/").content.decode()


def test_the_page_counts_the_unread_once(told, visit):
    client = visit("drc-handler2")
    with CaptureQueriesContext(connection) as queries:
        client.get("/inbox/")
    assert sum("count(*)" in query["sql"] and "notifications_message" in query["sql"] for query in queries) == 1


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "１２", ""])
def test_a_made_up_place_in_the_list_is_no_error(told, visit, after):
    assert visit("drc-handler2").get(reverse("notifications:inbox"), {"after": after}).status_code == 200


def test_long_inboxes_go_on_on_the_next_page(opened, visit, number):
    for _ in range(26):
        opened()
        deliver_all()
    client = visit("drc-handler2")
    first = client.get(reverse("notifications:inbox")).content.decode()
    assert f"{number(1)} " not in first
    oldest_shown = Message.objects.order_by("id")[1].pk
    assert f"?after={oldest_shown}" in first
    assert f"{number(1)} " in client.get(reverse("notifications:inbox"), {"after": oldest_shown}).content.decode()


def test_the_bell_of_every_page_counts_the_unread(told, visit):
    text = visit("drc-handler2").get("/inbox/").content.decode()
    assert "消息，3 条未读" in text


def test_nobody_reads_an_inbox_without_logging_in(demo_city):
    answer = Client().get(reverse("notifications:inbox"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/inbox/")
