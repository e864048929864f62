"""What is sent next: few looks at what waits, and nothing that changed since the look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit.ids import new_id
from notifications.channels.base import Permanent
from notifications.choices.planning import Choice, Chosen
from notifications.delivery import leases, picking, planned, sending
from notifications.delivery.sending import send_all
from notifications.models import Delivery
from notifications.relay import deliver_all
from tests.notifications.conftest import NOW
from tests.notifications.test_sending import fail, lane, over, states, when  # noqa: F401 — a fixture


@pytest.fixture
def looks(monkeypatch):
    """What each look found."""
    made, look = [], leases.look

    def counted(*args, **kwargs):
        made.append(look(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(leases, "look", counted)
    monkeypatch.setattr(picking, "LOOK", 60.0)
    return made


def backlog(opened, number):
    for _ in range(number):
        opened()
    deliver_all()


def test_one_look_is_enough_for_many_calls(opened, receiver, when, looks):  # noqa: F811
    backlog(opened, 15)
    assert send_all() == 15
    assert [len(found) for found in looks] == [15, 0]


def test_a_backlog_of_one_channel_stands_before_no_other(opened, receiver, when, looks, monkeypatch):  # noqa: F811
    """A look takes the oldest of each channel, so what is new on one is not behind what is old on another."""
    monkeypatch.setattr(leases, "LOOK_AT", 2)
    backlog(opened, 4)
    over(monkeypatch, "sms")
    backlog(opened, 1)
    send_all()
    assert {due.channel for due in looks[0]} == {"email", "sms"}
    assert states() == ["sent"] * 5


@pytest.mark.parametrize("change", ["withdrawn", "sent", "put off", "taken"])
def test_what_changed_since_the_look_is_left_alone(opened, receiver, when, change):  # noqa: F811
    backlog(opened, 1)
    me = new_id()
    found = leases.look(me, full=(), shunned=())
    later = picking.leases.clock.real_now() + timedelta(minutes=1)
    Delivery.objects.update(
        **{
            "withdrawn": {"state": "withdrawn"},
            "sent": {"state": "sent"},
            "put off": {"not_before": NOW + timedelta(hours=1)},
            "taken": {"leased_until": later, "leased_by": me},
        }[change]
    )
    before = Delivery.objects.values_list("attempts", "state").get()
    assert leases.take(me, found) == []
    assert Delivery.objects.values_list("attempts", "state").get() == before


def test_who_cannot_be_told_any_more_does_not_end_the_run(opened, receiver, when, monkeypatch):  # noqa: F811
    backlog(opened, 8)
    made, gone = sending.outgoing, list(range(6))

    def outgoing(taken):
        if gone:
            gone.pop()
            raise Permanent("gone")
        return made(taken)

    monkeypatch.setattr(sending, "outgoing", outgoing)
    assert send_all() == 2
    assert sorted(states()) == ["dead"] * 6 + ["sent"] * 2


def test_what_is_due_while_a_digest_is_on_its_way_makes_no_second_one(opened, receiver, when, monkeypatch):  # noqa: F811
    digest = Chosen(confirmed=frozenset({"email"}), groups={"handoffs": Choice("digest", ("email",))})
    monkeypatch.setattr(planned, "chosen_of", lambda ids: dict.fromkeys(ids, digest))
    monkeypatch.setattr(planned, "urgent", lambda *_: False)
    monkeypatch.setattr(planned, "due_of", lambda *_: None)
    backlog(opened, 3)
    at = NOW + timedelta(days=1)
    when(at)
    me = new_id()
    found = leases.look(me, full=(), shunned=())
    (first,) = leases.take(me, found)
    assert len(first.ids) == 3
    backlog(opened, 1)
    late = Delivery.objects.filter(attempts=0)
    late.update(not_before=at)
    assert leases.take(me, leases.look(me, full=(), shunned=())) == []
    assert [each.not_before for each in late] == [at + timedelta(days=1)]


def test_a_host_that_does_not_answer_fills_no_look(opened, receiver, when, looks, monkeypatch):  # noqa: F811
    """Two of its calls hang; what waits for it is left out, so that others of its channel are found behind it."""
    backlog(opened, 3)
    run = picking.Run()
    for n, taken in enumerate(run.take_up()):
        run.started(n, taken)
    assert [len(run.flying), len(run.found)] == [2, 1]
    monkeypatch.setattr(picking, "LOOK", 0.0)
    assert run.take_up() == []
    assert looks[-1] == []


def test_who_has_failed_three_times_in_a_row_is_not_looked_for(opened, receiver, when, looks):  # noqa: F811
    backlog(opened, 8)
    receiver.answers[lane("drc-handler2")] = fail(ValueError)
    send_all()
    assert Delivery.objects.filter(attempts=0).count() == 8 - Delivery.objects.filter(attempts=1).count() > 0
    assert looks[-1] == []
