"""投递: who sees what is not delivered, resending and withdrawing, the daily word, and the age that /healthz tells."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from agencies.actors import system_actor
from agencies.errors import NotPermitted
from agencies.models import Agency
from audit.models import Event
from audit.sight import working_as
from cases.models import Case, Outbox
from cases.policy.dated import CHINA
from notifications.channels.base import Permanent, Temporary
from notifications.delivery import keeping, picking, pruning, stuck
from notifications.delivery.fate import resend, withdraw
from notifications.delivery.keeping import Wanted
from notifications.delivery.pruning import prune
from notifications.delivery.sending import send_all
from notifications.delivery.standing import waiting_seconds
from notifications.models import DailyRun, Delivery, Message
from notifications.relay import deliver_all, try_again
from tests.api.conftest import Person
from tests.notifications.conftest import NOW, taken_by_another
from tests.notifications.test_leases import instead
from tests.notifications.test_sending import digested, fail, lane, when  # noqa: F401 — fixtures
from tests.web.test_reading import entered

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def dead(opened, receiver, when):  # noqa: F811
    """One delivery to drc-handler2 that was refused for good."""
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Permanent)
    send_all()
    receiver.answers.clear()
    return Delivery.objects.get()


def seen_by(actor):
    return keeping.undelivered(keeping.scope_of(actor), Wanted())


def events(action):
    return [json.loads(bytes(event.body)) for event in Event.objects.filter(action=action).order_by("id")]


def test_administrators_see_number_channel_attempts_and_reason_of_their_own(dead, who):
    for name in ("admin1", "sys-admin1"):
        (kept,) = seen_by(who(name))
        assert (kept.number, kept.channel, kept.state) == (Case.objects.get().number, "email", "dead")
        assert (kept.attempts, kept.problem, kept.addressee) == (1, "over there", who("drc-handler2").display_name)
    assert seen_by(who("grid-admin1")) == []
    for name in ("drc-handler2", "drc-reviewer1", "sec-admin1", "audit-admin1"):
        assert keeping.kept_by(who(name)) == []


def test_nothing_of_the_case_stands_on_the_page(dead):
    page = entered("admin1").get("/deliveries/").content.decode()
    assert Case.objects.get().number in page
    assert "over there" in page
    assert "某小区地下室" not in page


def test_the_number_of_a_confidential_case_is_not_shown(dead, who, monkeypatch):
    monkeypatch.setattr(keeping, "_LIST", keeping._LIST.replace("agencies_rank(c.confidentiality) > 0", "true"))
    (kept,) = seen_by(who("admin1"))
    assert kept.number == ""


def test_a_resent_one_keeps_its_id_and_is_on_record(dead, who, receiver):
    assert resend(actor=who("admin1"), wanted=Wanted(state="dead"), now=LATER) == 1
    row = Delivery.objects.get()
    assert (row.id, row.state, row.attempts, row.first_tried_at) == (dead.id, "waiting", 0, None)
    (event,) = events("deliveries_resent")
    assert event["data"] == {"number": 1, "deliveries": [str(dead.id)], "state": "dead"}
    assert (event["actor"]["username"], event["at"][:10]) == ("admin1", "2026-11-20")
    assert Event.objects.get(action="deliveries_resent").stream == "agency/320300-drc"


def test_a_receiver_that_deduplicates_by_the_id_acts_once(opened, receiver, when, who):  # noqa: F811
    """The answer was lost after the effect: the same message comes again, with the same id."""
    effects = set()

    def lost(call):
        effects.add(call.id)
        raise Permanent("the answer was lost")

    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = lost
    send_all()
    when(LATER)
    resend(actor=who("admin1"), wanted=Wanted(), now=LATER)
    receiver.answers[lane("drc-handler2")] = lambda call: effects.add(call.id)
    assert send_all() == 1
    assert len(receiver.calls) == 2
    assert len(effects) == 1


def test_a_resent_line_of_a_digest_goes_now_although_the_mail_of_the_day_is_out(opened, receiver, when, who, digested):  # noqa: F811
    for failing in (True, False):
        opened()
        deliver_all()
        if failing:
            receiver.answers[lane("drc-handler2")] = fail(Permanent)
        at = Delivery.objects.latest("outbox_id").not_before
        when(at)
        send_all()
        receiver.answers.clear()
    dead = Delivery.objects.get(state="dead")
    when(at + timedelta(hours=1))
    assert resend(actor=who("admin1"), wanted=Wanted(state="dead"), now=at + timedelta(hours=1)) == 1
    assert send_all() == 1
    assert receiver.calls[-1].id == str(dead.id)


def test_a_withdrawn_one_is_never_sent_and_can_be_resent(dead, who, when, receiver):  # noqa: F811
    assert withdraw(actor=who("admin1"), wanted=Wanted(ids=(str(dead.id),)), now=LATER) == 1
    assert withdraw(actor=who("admin1"), wanted=Wanted(ids=(str(dead.id),)), now=LATER) == 0
    when(LATER)
    before = len(receiver.calls)
    assert send_all() == 0
    assert [kept.state for kept in keeping.undelivered(keeping.scope_of(who("admin1")), Wanted("withdrawn"))] == [
        "withdrawn"
    ]
    assert resend(actor=who("admin1"), wanted=Wanted(state="withdrawn"), now=LATER) == 1
    assert send_all() == 1
    assert len(receiver.calls) == before + 1
    assert [len(events(f"deliveries_{name}")) for name in ("withdrawn", "resent")] == [1, 1]


def test_what_is_being_sent_at_this_moment_is_neither_resent_nor_withdrawn(opened, receiver, when, who):  # noqa: F811
    opened()
    deliver_all()
    taken_by_another()
    for do in (resend, withdraw):
        assert do(actor=who("admin1"), wanted=Wanted(), now=LATER) == 0
    assert events("deliveries_withdrawn") == []


def test_others_can_do_neither_and_nothing_of_another_agency_changes(dead, who):
    for name in ("drc-handler2", "sec-admin1", "audit-admin1", "drc-reviewer1"):
        for do in (resend, withdraw):
            with pytest.raises(NotPermitted):
                do(actor=who(name), wanted=Wanted(), now=LATER)
    assert withdraw(actor=who("grid-admin1"), wanted=Wanted(ids=(str(dead.id),)), now=LATER) == 0
    assert Delivery.objects.get().state == "dead"


@pytest.mark.own_sight
def test_the_second_wall_shows_no_delivery_to_anybody(demo_city, who):
    from agencies.sight import seeing
    from tests.wall.conftest import rows

    for name in ("admin1", "sys-admin1", "drc-handler2"):
        with seeing(who(name)):
            assert rows("SELECT count(*) FROM notifications_delivery") == [(0,)]


def test_a_row_that_cannot_become_a_message_is_kept_like_a_delivery(opened, who, monkeypatch):
    opened()
    monkeypatch.setattr("notifications.delivery.messages.wording", lambda *_: 1 / 0)
    assert deliver_all() == 0
    (kept,) = seen_by(who("admin1"))
    assert (kept.channel, kept.state, kept.attempts) == ("inbox", "retrying", 1)
    assert kept.problem.startswith("ZeroDivisionError")
    assert seen_by(who("grid-admin1")) == []
    assert withdraw(actor=who("grid-admin1"), wanted=Wanted(), now=LATER) == 0
    assert withdraw(actor=who("admin1"), wanted=Wanted(channel="inbox"), now=LATER) == 1
    monkeypatch.undo()
    Outbox.objects.update(not_before=None)  # it could be tried at once, were it not withdrawn
    assert deliver_all() == 0
    assert try_again() == 0
    assert resend(actor=who("sys-admin1"), wanted=Wanted(state="withdrawn"), now=LATER) == 1
    assert deliver_all() == 1
    assert Message.objects.count() == 1


def test_the_page_filters_and_resends_what_was_ticked_or_all(dead, who):
    client = entered("admin1")
    assert str(dead.id) in client.get("/deliveries/?state=dead&channel=email").content.decode()
    assert "没有符合条件的消息" in client.get("/deliveries/?channel=sms").content.decode()
    none = client.post("/deliveries/change/", {"do": "resend", "state": "dead"}, follow=True)
    assert "没有选择消息" in none.content.decode()
    assert Delivery.objects.get().state == "dead"
    done = client.post("/deliveries/change/", {"do": "resend", "state": "dead", "all": "1"}, follow=True)
    assert "已重新投递 1 条" in done.content.decode()
    assert done.redirect_chain[-1][0] == "/deliveries/?state=dead"
    client.post("/deliveries/change/", {"do": "withdraw", "id": [str(dead.id)]})
    assert Delivery.objects.get().state == "withdrawn"
    assert "没有未送达的消息" in client.get("/deliveries/").content.decode()


def test_pages_go_on_where_the_last_one_ended_and_the_button_for_all_says_how_many(opened, receiver, who, monkeypatch):
    monkeypatch.setattr("notifications.pages.deliveries.PAGE", 2)
    for _ in range(5):
        opened()
    deliver_all()
    Delivery.objects.update(state="dead")
    expected = [kept.id for kept in seen_by(who("admin1"))]
    client, address, listed = entered("admin1"), "/deliveries/?state=dead", []
    for _ in range(3):
        page = client.get(address).content.decode()
        assert re.search(r"对符合当前条件的全部消息：共\s+5\s+条", page)
        listed += re.findall(r'name="id" value="([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/deliveries/" + html.unescape(following.group(1)) if following else ""
    assert (listed, address) == (expected, "")
    assert "回到最新" in page


def test_the_api_goes_on_by_its_cursor_and_refuses_one_of_its_own_making(opened, receiver):
    for _ in range(3):
        opened()
    deliver_all()
    listed, cursor = [], ""
    while cursor is not None:
        found = Person("admin1").get(f"deliveries/?limit=2&cursor={cursor}").json()
        assert found["more"] == (found["next"] is not None)
        listed += [each["id"] for each in found["results"]]
        cursor = found["next"]
    assert len(listed) == len(set(listed)) == 3
    for made_up in ("x", _token("9999-01-01T00:00:00+00:00", "\0")):
        assert Person("admin1").get(f"deliveries/?cursor={made_up}").status_code == 400


def _token(*values):
    raw = json.dumps(["deliveries", "f", *values])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def test_the_page_is_for_administrators(demo_city):
    for name in ("drc-handler2", "sec-admin1", "audit-admin1"):
        client = entered(name)
        assert client.get("/deliveries/").status_code == 403
        assert client.post("/deliveries/change/", {"do": "resend", "all": "1"}).status_code == 403
        assert 'href="/deliveries/"' not in client.get("/").content.decode()
    assert 'href="/deliveries/"' in entered("sys-admin1").get("/").content.decode()


def test_the_operator_does_the_same_at_the_shell(dead):
    def said(*args):
        out = io.StringIO()
        call_command("deliveries", *args, stdout=out)
        return out.getvalue()

    assert json.loads(said("--json"))["id"] == str(dead.id)
    assert said("--agency", "320300-grid") == ""
    assert said("--resend", "--state", "dead") == "已重新投递 1 条 resent 1\n"
    assert said("--withdraw", "--id", str(dead.id)) == "已撤回 1 条 withdrawn 1\n"
    assert said() == ""
    assert [event["actor"]["username"] for event in events("deliveries_withdrawn")] == ["system"]


def test_the_api_does_what_the_page_does(dead):
    admin = Person("admin1")
    found = admin.get("deliveries/?state=dead").data
    assert found["counts"] == {"waiting": 0, "retrying": 0, "dead": 1, "withdrawn": 0}
    (row,) = found["results"]
    assert (row["id"], row["channel"], row["agency"], row["attempts"]) == (str(dead.id), "email", "320300-drc", 1)
    assert row["number"] == Case.objects.get().number
    assert admin.post("deliveries/resend", {"state": "dead"}).data == {"changed": 1}
    assert admin.post("deliveries/withdraw", {"ids": [str(dead.id)]}).data == {"changed": 1}
    assert Delivery.objects.get().state == "withdrawn"
    for name in ("drc-handler2", "sec-admin1"):
        assert Person(name).get("deliveries/").status_code == 403
        assert Person(name).post("deliveries/resend", {"state": "withdrawn"}).status_code == 403
    assert Person("grid-admin1").post("deliveries/resend", {"ids": [str(dead.id)]}).data == {"changed": 0}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "state"),
        ({"state": "sent"}, "state"),
        ({"ids": "all"}, "ids"),
        ({"state": "dead", "channel": "fax"}, "channel"),
        ({"state": "dead", "agency": "nowhere"}, "agency"),
        ({"state": "dead", "topic": 7}, "topic"),
        ({"state": "dead", "everything": True}, "everything"),
    ],
)
def test_the_api_refuses_by_name_what_it_cannot_use(dead, body, field):
    answer = Person("admin1").post("deliveries/resend", body)
    assert answer.status_code == 400
    assert field in str(answer.data)
    assert Delivery.objects.get().state == "dead"


# The daily word.


def china(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def notices():
    return list(Outbox.objects.filter(topic="delivery.stuck").order_by("id"))


def test_what_is_stuck_is_told_once_a_day_to_those_who_keep_it(dead, texts):
    assert stuck.tell_stuck(now=china(20, 9, 10)) == 2
    assert [stuck.tell_stuck(now=china(20, hour)) for hour in (10, 12, 23)] == [0, 0, 0]
    deliver_all()
    (text,) = texts("admin1")
    assert text.startswith("消息投递受阻：已停止 1 条，仍在重试 0 条")
    assert (texts("sys-admin1"), texts("grid-admin1")) == ([text], [])
    assert stuck.tell_stuck(now=china(21, 8, 31)) == 2


def test_the_notice_itself_comes_once_a_day_too(dead, monkeypatch):
    """Were the day forgotten, its notices would still be known by their keys."""
    assert stuck.tell_stuck(now=china(20, 9, 10)) == 2
    monkeypatch.setattr(stuck, "_RUN", "SELECT %s, %s, %s")
    assert stuck.tell_stuck(now=china(20, 9, 15)) == 0
    assert len(notices()) == 2


def test_what_is_stuck_elsewhere_is_told_to_no_administrator_here(dead, who, texts):
    """Of an agency of another city, which nobody here keeps."""
    elsewhere = Agency.objects.get(code="320100-drc")
    instead(dead, agency_id=elsewhere.pk, channel="sms")
    assert stuck.tell_stuck(now=china(20, 9, 10)) == 0
    assert (notices(), seen_by(who("sys-admin1")), seen_by(who("admin1"))) == ([], [], [])


def test_a_day_without_anything_stuck_is_silent_also_when_something_gets_stuck_at_noon(opened, receiver, when):  # noqa: F811
    assert stuck.tell_stuck(now=china(20, 9)) == 0
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Permanent)
    send_all()
    assert stuck.tell_stuck(now=china(20, 13)) == 0
    assert notices() == []
    assert stuck.tell_stuck(now=china(21, 9)) == 2


def test_a_morning_that_was_slept_through_is_told_late_and_one_of_three_only(dead, texts):
    assert stuck.tell_stuck(now=china(23, 7)) == 2
    assert {row.payload["day"] for row in notices()} == {"2026-11-22"}
    deliver_all()
    assert texts("admin1")[0].endswith("（迟报）")
    assert stuck.tell_stuck(now=china(23, 8, 35)) == 2
    assert "late" not in notices()[-1].payload


def test_what_is_retried_for_minutes_is_not_stuck_and_for_an_hour_it_is(opened, receiver, when):  # noqa: F811
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary)
    send_all()
    assert stuck.tell_stuck(now=NOW + timedelta(minutes=30)) == 0
    assert DailyRun.objects.count() == 1
    assert stuck.tell_stuck(now=NOW + timedelta(days=1)) == 2
    assert notices()[0].payload["retrying"] == 1


# How long it is kept.


def test_after_half_a_year_what_went_out_is_removed_and_what_is_dead_stays(opened, receiver, when):  # noqa: F811
    for _ in range(4):
        opened()
    deliver_all()
    ids = [row.id for row in Delivery.objects.order_by("outbox_id")]
    for id_, state in zip(ids, ("sent", "withdrawn", "dead", "waiting"), strict=True):
        Delivery.objects.filter(id=id_).update(state=state, sent_at=NOW if state == "sent" else None)
    with working_as("relay"):
        assert prune(NOW + timedelta(days=180) - timedelta(minutes=1)) == 0
        assert prune(NOW + timedelta(days=181)) == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["dead", "waiting"]
    assert (Message.objects.count(), Outbox.objects.count()) == (4, 4)


def test_half_a_year_begins_when_it_went_out_or_was_withdrawn(opened, receiver, when, who):  # noqa: F811
    """What lay dead for long and was withdrawn yesterday can still be resent; what went out late is kept as long."""
    opened(), opened()
    deliver_all()
    sent, withdrawn = Delivery.objects.order_by("outbox_id")
    late = NOW + timedelta(days=300)
    Delivery.objects.update(state="dead", tried_at=NOW)
    withdraw(actor=who("admin1"), wanted=Wanted(ids=(str(withdrawn.pk),)), now=late)
    Delivery.objects.filter(pk=sent.pk).update(state="sent", sent_at=late)
    with working_as("relay"):
        assert prune(late + pruning.KEPT - timedelta(minutes=1)) == 0
        assert prune(late + pruning.KEPT + timedelta(minutes=1)) == 2


def test_more_than_one_batch_is_removed_in_a_night_and_no_more_than_there_is_time_for(
    opened,
    receiver,
    when,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    for _ in range(5):
        opened()
    deliver_all()
    Delivery.objects.update(state="sent", sent_at=NOW)
    with working_as("relay"):
        assert prune(NOW + pruning.KEPT * 2, budget_seconds=0) == 0
        assert prune(NOW + pruning.KEPT * 2) == 5


def test_nobody_else_removes_a_delivery(opened, receiver, when):  # noqa: F811
    opened()
    deliver_all()
    Delivery.objects.update(state="sent", sent_at=NOW)
    with working_as("deliveries"):
        assert prune(NOW + pruning.KEPT * 2) == 0
    with working_as("relay"):
        assert prune(NOW + pruning.KEPT * 2) == 1


# How long the oldest waits.


def test_the_age_of_the_oldest_row_and_delivery_is_told(opened, receiver, when):  # noqa: F811
    assert waiting_seconds(NOW) == {"outbox_waits": 0, "delivery_waits": 0}
    opened()
    assert waiting_seconds(NOW + timedelta(seconds=90)) == {"outbox_waits": 90, "delivery_waits": 0}
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary)
    send_all()
    # Tried at NOW + 5 s, and again later: it has been waiting since then.
    assert waiting_seconds(NOW + timedelta(seconds=95)) == {"outbox_waits": 0, "delivery_waits": 90}
    withdraw(actor=system_actor(), wanted=Wanted(), now=NOW)
    assert waiting_seconds(NOW + timedelta(days=9))["delivery_waits"] == 0


def test_healthz_tells_it_to_whoever_asks(opened, monkeypatch):
    opened()
    monkeypatch.setattr("config.health.clock.now", lambda: NOW + timedelta(seconds=61))
    answer = Client().get("/healthz")
    assert answer.json() == {"database": "ok", "redis": "ok", "outbox_waits": 61, "delivery_waits": 0}
    assert answer.status_code == 200


def test_the_agencies_of_a_system_administrator_are_those_of_the_region(who):
    kept = {agency.code for agency in keeping.kept_by(who("sys-admin1"))}
    assert {"320300-drc", "320300-grid", "320300-telecom"} <= kept
    assert Agency.objects.filter(code="320100-drc").exists()
    assert "320100-drc" not in kept
    assert picking.LANES > picking.OF_ONE
