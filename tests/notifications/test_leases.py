"""Who may send what, when: one process at a time, a lease as long as its holder lives, an order for each addressee."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from redis.exceptions import RedisError

from audit.ids import new_id
from notifications.channels.base import Temporary
from notifications.delivery import leases, picking, sending
from notifications.delivery.fate import resend, withdraw
from notifications.delivery.keeping import Wanted
from notifications.delivery.sending import send_all
from notifications.models import Delivery
from notifications.relay import deliver_all
from tests.notifications.conftest import NOW
from tests.notifications.test_sending import fail, lane, two_of_one_case, when  # noqa: F401 — a fixture

ANOTHER = new_id()


@pytest.fixture
def one(opened, receiver, when):  # noqa: F811
    """A delivery that waits for drc-handler2."""
    opened()
    deliver_all()
    return Delivery.objects.get()


@pytest.fixture
def holding(demo_city, fresh_db):
    """Somebody else has the lock of this name in hand; what waits for it gives up soon."""
    name = "SELECT {}(hashtextextended(%s, 0))"

    def hold(lock, do):
        with connections["owner"].cursor() as other:
            other.execute(name.format("pg_advisory_lock"), [lock])
            try:
                with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():  # noqa: PT012
                    connection.cursor().execute("SET LOCAL lock_timeout = '100ms'")
                    do()
            finally:
                other.execute(name.format("pg_advisory_unlock"), [lock])

    return hold


def taken(me):
    return leases.take(me, leases.look(me, full=(), shunned=()))


# --- one at a time ---------------------------------------------------------------------------------------------------


def test_nobody_looks_or_takes_while_another_has_the_lock_in_hand(holding, one):
    me = new_id()
    found = leases.look(me, full=(), shunned=())
    holding("notifications/send", lambda: leases.look(me, full=(), shunned=()))
    holding("notifications/send", lambda: leases.take(me, found))
    assert len(leases.take(me, found)) == 1


@pytest.mark.parametrize("lock", ["notifications/send", "notifications/relay"])
@pytest.mark.parametrize("do", [resend, withdraw])
def test_nothing_is_resent_or_withdrawn_in_the_middle_of_a_look_or_a_batch(holding, one, who, lock, do):
    actor = who("admin1")
    holding(lock, lambda: do(actor=actor, wanted=Wanted(), now=NOW))
    assert Delivery.objects.get().state == "waiting"
    assert withdraw(actor=actor, wanted=Wanted(), now=NOW) == 1


# --- a lease lives as long as its holder -----------------------------------------------------------------------------


def test_what_takes_long_keeps_its_lease_and_one_that_was_lost_is_not_got_back(one, monkeypatch):
    me = new_id()
    holds = taken(me)
    soon = sending.clock.real_now() + timedelta(seconds=1)
    Delivery.objects.update(leased_until=soon)
    leases.renew(me, holds)
    assert Delivery.objects.get().leased_until > soon + leases.LEASE / 2
    Delivery.objects.update(leased_until=soon, leased_by=ANOTHER)
    leases.renew(me, holds)
    assert Delivery.objects.get().leased_until == soon


def test_the_run_renews_what_is_on_its_way(one, receiver, monkeypatch):
    renewed, renew = threading.Event(), leases.renew

    def seen(me, flying):
        renew(me, flying)
        assert [each.id for each in flying] == [one.id]
        renewed.set()

    monkeypatch.setattr(leases, "renew", seen)
    monkeypatch.setattr(sending, "RENEW", 0.0)
    monkeypatch.setattr(picking, "LOOK", 0.01)
    answered = []
    receiver.answers[lane("drc-handler2")] = lambda _: answered.append(renewed.wait(20))
    assert send_all() == 1
    assert answered == [True]


def test_who_lost_the_lease_writes_no_failure_over_what_another_does_with_it(one):
    me = new_id()
    (mine,) = taken(me)
    Delivery.objects.update(leased_by=ANOTHER)
    leases.failed(me, mine, "too late", again=None)
    row = Delivery.objects.get()
    assert (row.state, row.leased_by, row.problem) == ("waiting", ANOTHER, "")
    # That it did go out is true whoever holds it.
    leases.sent(mine)
    leases.failed(ANOTHER, mine, "too late", again=None)
    assert Delivery.objects.get().state == "sent"


# --- in which order --------------------------------------------------------------------------------------------------

PERSON = {"channel": "sms"}
ENDPOINT = {"channel": "webhook", "endpoint": new_id(), "user_id": None, "message_id": None}


def instead(row, **other):
    """The same one to somebody else; where it goes never changes in the row itself. Returns its id."""
    kept = {field.attname: getattr(row, field.attname) for field in Delivery._meta.concrete_fields}
    Delivery.objects.filter(pk=row.pk).update(state="withdrawn")
    return Delivery.objects.create(**(kept | other | {"id": new_id()})).pk


@pytest.mark.parametrize(
    ("both", "first", "waits"),
    [
        (PERSON, {}, True),
        (PERSON, {"channel": "feishu"}, False),
        (PERSON, {"user_id": "drc-handler1"}, False),
        (PERSON, {"digest": True}, False),
        (ENDPOINT, {}, True),
        (ENDPOINT, {"endpoint": new_id()}, False),
        (ENDPOINT, {"channel": "feishu"}, False),
    ],
)
def test_only_the_same_addressee_over_the_same_channel_waits_for_what_is_earlier(
    opened,
    receiver,
    when,  # noqa: F811
    who,
    both,
    first,
    waits,
):
    """Of one case; where one of them fails, the others are not kept waiting."""
    one, two = two_of_one_case(opened), Delivery.objects.get(topic="deadline.tomorrow")
    if "user_id" in first:
        first = {"user_id": who(first["user_id"]).user_id}
    earlier, later = instead(one, **(both | first)), instead(two, **both)
    found = {due.id for due in leases.look(new_id(), full=(), shunned=())}
    assert (earlier in found, later in found) == (True, not waits)


# --- who asks to be left alone ---------------------------------------------------------------------------------------


@pytest.fixture
def busy(opened, receiver, when, monkeypatch):  # noqa: F811
    """Three cases to tell of, and a receiver that asks for so much time, once each."""
    monkeypatch.setattr(picking, "OF_ONE", 1)
    for _ in range(3):
        opened()
    deliver_all()
    asked = []

    def answer(_):
        if asked:
            raise Temporary("too many calls", retry_after=asked.pop(0))

    receiver.answers[lane("drc-handler2")] = answer
    return asked


def test_whoever_asks_for_time_is_not_called_about_another_case_before_it_is_over(
    busy,
    redis_url,
    receiver,
    when,  # noqa: F811
):
    busy.append(timedelta(minutes=10))
    assert [send_all(), send_all()] == [0, 0]
    assert len(receiver.calls) == 1
    when(NOW + timedelta(minutes=11))
    assert send_all() == 3
    assert len({call.id for call in receiver.calls}) == 3


def test_without_redis_it_asks_again_and_a_moment_is_over_at_once(busy, receiver, monkeypatch):
    def away(*_):
        raise RedisError

    monkeypatch.setattr(picking.cache, "get", away)
    monkeypatch.setattr(picking.cache, "set", away)
    busy.extend([timedelta(minutes=10), timedelta(0)])
    assert [send_all(), send_all()] == [0, 1]
    assert len(receiver.calls) == 3


def test_three_failures_without_such_a_wish_are_borne(opened, receiver, when, monkeypatch):  # noqa: F811
    monkeypatch.setattr(picking, "OF_ONE", 1)
    for _ in range(5):
        opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary)
    send_all()
    assert len(receiver.calls) == picking.TIRED
