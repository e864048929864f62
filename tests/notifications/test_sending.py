"""From a message over a channel: at least once with one id, in the order of its case, later and later, three days."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from agencies.actors import find_actor, system_actor
from agencies.models import Membership
from agencies.services import end_role
from cases.models import Case
from cases.workflow.recording.notices import notice
from notifications.channels.base import Permanent, Temporary
from notifications.channels.problems import in_both
from notifications.choices.planning import Choice, Chosen
from notifications.delivery import leases, picking, planned, sending
from notifications.delivery.sending import send_all
from notifications.models import Delivery, Message
from notifications.relay import deliver_all, deliver_batch
from tests.notifications.conftest import NOW, taken_by_another

State = Delivery.State


@pytest.fixture
def when(monkeypatch):
    """Sets the time that everything is decided by; leases stay with the machine's."""

    def at(moment):
        monkeypatch.setattr(sending.clock, "now", lambda: moment)

    at(NOW + timedelta(seconds=5))
    monkeypatch.setattr(sending.random, "random", lambda: 0.5)
    return at


def lane(username):
    return f"{find_actor(username).user_id}@example"


def states(**only):
    return list(Delivery.objects.filter(**only).order_by("outbox_id", "id").values_list("state", flat=True))


def fail(kind, *, times=10**6):
    left = [times]

    def answer(call):
        if left[0] > 0:
            left[0] -= 1
            raise kind("over there")

    return answer


def test_what_is_planned_is_written_with_the_message_and_sent_once(opened, receiver, when):
    opened()
    assert deliver_all() == 1
    (row,) = Delivery.objects.all()
    assert (row.user_id, row.message_id, row.channel) == (
        Message.objects.get().user_id,
        Message.objects.get().pk,
        "email",
    )
    assert [send_all(), send_all()] == [1, 0]
    (call,) = receiver.calls
    assert (call.id, call.address) == (str(row.id), lane("drc-handler2"))
    assert call.text.splitlines()[0].endswith("待办：线索分办，11-25 18:00 前")
    assert call.link.endswith(f"/inbox/{row.message_id}/")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.sent_at, row.leased_until) == ("sent", 1, NOW + timedelta(seconds=5), None)


def test_a_row_that_is_delivered_again_plans_nothing_twice(opened, receiver, when):
    opened()
    deliver_all()
    connection.cursor().execute("UPDATE cases_outbox SET delivered_at = NULL")
    assert deliver_all() == 1
    assert Delivery.objects.count() == 1


def test_a_batch_that_breaks_off_leaves_no_delivery_without_its_message(opened, receiver, when, monkeypatch):
    opened()
    monkeypatch.setattr(planned, "_WRITE", "SELECT 1 / 0 -- %s")
    assert deliver_batch() == 0
    assert (Message.objects.count(), Delivery.objects.count()) == (0, 0)


def test_every_attempt_has_the_same_id_and_waits_longer(opened, receiver, when):
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary, times=2)
    now = NOW + timedelta(seconds=5)
    for attempts, pause in ((1, 5), (2, 10)):
        assert [send_all(), send_all()] == [0, 0]
        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.problem) == ("waiting", attempts, "over there")
        assert row.not_before == now + timedelta(seconds=pause)
        now = row.not_before
        when(now)
    assert send_all() == 1
    assert len({call.id for call in receiver.calls}) == 1
    assert Delivery.objects.get().problem == ""


def test_the_other_side_may_ask_for_more_time_but_not_for_more_than_three_days(opened, receiver, when):
    opened()
    deliver_all()
    asked = [timedelta(hours=2), timedelta(days=30)]

    def busy(call):
        raise Temporary("too many calls", retry_after=asked.pop(0))

    receiver.answers[lane("drc-handler2")] = busy
    began = NOW + timedelta(seconds=5)
    send_all()
    assert Delivery.objects.get().not_before == began + timedelta(hours=2)
    when(began + timedelta(hours=2))
    send_all()
    assert Delivery.objects.get().not_before == began + timedelta(days=3)


def test_after_three_days_it_is_dead_and_what_is_refused_for_good_at_once(opened, receiver, when):
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary)
    send_all()
    when(NOW + timedelta(days=3, seconds=5))
    send_all()
    assert states() == ["dead"]
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Permanent)
    send_all()
    assert states() == ["dead", "dead"]
    assert list(Delivery.objects.order_by("id").values_list("attempts", flat=True)) == [2, 1]


def two_of_one_case(opened):
    """Two messages of one case to one person, and one of another case between them. Returns the first."""
    case, _ = opened(), opened()
    reader = find_actor("drc-handler2")
    payload = {"roles": ["handler"], "assignee": reader.user_id, "number": Case.objects.get(pk=case).number}
    notice(
        topic="deadline.tomorrow", agency_id=reader.posts[0].agency_id, payload=payload, key="later", now=NOW,
        case_id=case, seq=1,
    )  # fmt: skip
    deliver_all()
    return Delivery.objects.order_by("outbox_id")[0]


def test_what_is_later_in_a_case_waits_for_what_is_earlier_and_other_cases_do_not(opened, receiver, when):
    first = two_of_one_case(opened)
    failing = first.message.payload["number"]
    receiver.answers[lane("drc-handler2")] = lambda call: fail(Temporary)(call) if failing in call.text else None
    assert send_all() == 1
    assert states(topic="deadline.tomorrow") == ["waiting"]
    assert Delivery.objects.get(topic="deadline.tomorrow").attempts == 0
    del receiver.answers[lane("drc-handler2")]
    when(NOW + timedelta(minutes=1))
    assert send_all() == 2
    sent = [call.id for call in receiver.calls if failing in call.text]
    assert sent == [str(first.pk), str(first.pk), str(Delivery.objects.get(topic="deadline.tomorrow").pk)]


def test_a_dead_one_lets_the_next_of_its_case_go(opened, receiver, when):
    first = two_of_one_case(opened)
    receiver.answers[lane("drc-handler2")] = fail(Permanent, times=1)
    send_all()
    assert (states(pk=first.pk), states(topic="deadline.tomorrow")) == (["dead"], ["sent"])


def test_one_that_was_planned_for_later_holds_up_nothing(opened, receiver, when):
    first = two_of_one_case(opened)
    Delivery.objects.filter(pk=first.pk).update(not_before=NOW + timedelta(hours=8))
    assert send_all() == 2
    assert states(topic="deadline.tomorrow") == ["sent"]
    assert states(pk=first.pk) == ["waiting"]


def test_no_transaction_is_open_while_something_is_sent(demo_city, fresh_db, opened, receiver, when):
    opened()
    deliver_all()
    seen = []

    def look(call):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'")
            seen.append(cursor.fetchone()[0])

    receiver.answers[lane("drc-handler2")] = look
    assert send_all() == 1
    assert seen == [0]


def test_while_another_process_sends_nothing_is_taken_up_and_afterwards_with_the_same_id(opened, receiver, when):
    """Also nothing that the other one has not taken: one process at a time."""
    opened()
    opened()
    deliver_all()
    (taken,) = taken_by_another()
    assert (send_all(), receiver.calls) == (0, [])
    # The other one is killed; its lease runs out.
    Delivery.objects.filter(id=taken.id).update(leased_until=sending.clock.real_now() - timedelta(seconds=1))
    assert send_all() == 2
    assert str(taken.id) in [call.id for call in receiver.calls]
    assert Delivery.objects.get(id=taken.id).attempts == 2


def test_a_lease_ends_within_a_minute_and_is_renewed_in_time():
    assert leases.LEASE.total_seconds() + 10 <= 60
    assert leases.LEASE.total_seconds() > sending.RENEW * 2
    assert sending.RUN + sending.PATIENCE < 280


def test_what_a_killed_worker_never_finished_within_three_days_is_dead(opened, receiver, when):
    opened()
    deliver_all()
    taken_by_another()
    Delivery.objects.update(leased_until=sending.clock.real_now() - timedelta(seconds=1))
    when(NOW + timedelta(days=3, minutes=1))
    assert send_all() == 0
    assert (states(), receiver.calls) == (["dead"], [])


def test_a_machine_that_slept_for_a_week_still_tries(opened, receiver, when):
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary, times=1)
    send_all()
    when(NOW + timedelta(days=7))
    assert send_all() == 1
    assert states() == ["sent"]


def test_who_left_is_not_written_to_any_more(opened, receiver, when):
    opened()
    deliver_all()
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username="drc-handler2"), now=NOW)
    assert send_all() == 0
    assert (states(), receiver.calls) == (["dead"], [])


def test_a_fault_nobody_foresaw_shows_no_word_of_what_was_sent(opened, receiver, when, caplog):
    opened()
    deliver_all()

    def broken(call):
        raise RuntimeError(f"{call.address} {call.text}")

    receiver.answers[lane("drc-handler2")] = broken
    send_all()
    row = Delivery.objects.get()
    assert row.state == "waiting"
    assert row.problem.startswith("RuntimeError broken:")
    assert lane("drc-handler2") not in caplog.text + row.problem
    assert "线索分办" not in caplog.text + row.problem


def test_a_channel_nobody_set_up_is_refused_with_its_reason(opened, receiver, when, monkeypatch):
    opened()
    deliver_all()
    monkeypatch.setattr(sending.base, "SENDERS", {})
    send_all()
    assert in_both(Delivery.objects.get().problem) == sending.NO_SENDER


def over(monkeypatch, *channels):
    """Everybody is told at once over these."""
    chosen = Chosen(confirmed=frozenset(channels), groups={"handoffs": Choice("at_once", channels)})
    monkeypatch.setattr(planned, "chosen_of", lambda ids: dict.fromkeys(ids, chosen))


def test_a_slow_channel_holds_up_no_other(opened, receiver, when, monkeypatch):
    over(monkeypatch, "email", "sms")
    for _ in range(6):
        opened()
    deliver_all()
    go, quick = threading.Event(), []

    def answer(call):
        if call.channel == "email":
            assert go.wait(20)
            return
        quick.append(call)
        if len(quick) == 6:
            go.set()

    receiver.answers[lane("drc-handler2")] = answer
    assert send_all() == 12
    assert len(quick) == 6


def test_an_addressee_that_does_not_answer_rests_and_the_others_go_on(opened, receiver, when, monkeypatch):
    over(monkeypatch, "email", "sms")
    for _ in range(12):
        opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = lambda call: fail(Temporary)(call) if call.channel == "email" else None
    assert send_all() == 12
    tried = Delivery.objects.filter(channel="email", attempts=1).count()
    assert picking.TIRED <= tried < picking.TIRED + picking.OF_ONE
    assert set(states(channel="sms")) == {"sent"}


def test_a_digest_is_one_mail_with_a_line_for_each_message(opened, receiver, when, monkeypatch):
    digest = Chosen(confirmed=frozenset({"email"}), groups={"handoffs": Choice("digest", ("email",))})
    monkeypatch.setattr(planned, "chosen_of", lambda ids: dict.fromkeys(ids, digest))
    monkeypatch.setattr(planned, "urgent", lambda *_: False)
    monkeypatch.setattr(planned, "due_of", lambda *_: None)
    for _ in range(3):
        opened()
    deliver_all()
    assert send_all() == 0
    when(NOW + timedelta(days=1))
    receiver.answers[lane("drc-handler2")] = fail(Temporary, times=1)
    assert send_all() == 0
    assert len(set(Delivery.objects.values_list("not_before", flat=True))) == 1
    when(NOW + timedelta(days=1, hours=1))
    assert send_all() == 1
    assert [call.text.count("线索分办") for call in receiver.calls] == [3, 3]
    assert len({call.id for call in receiver.calls}) == 1
    assert receiver.calls[0].subject == "联治：今日消息汇总，3 条"
    assert states() == ["sent"] * 3


@pytest.fixture
def digested(monkeypatch):
    """Everybody hears of hand-offs once a day by mail."""
    digest = Chosen(confirmed=frozenset({"email"}), groups={"handoffs": Choice("digest", ("email",))})
    monkeypatch.setattr(planned, "chosen_of", lambda ids: dict.fromkeys(ids, digest))
    monkeypatch.setattr(planned, "urgent", lambda *_: False)
    monkeypatch.setattr(planned, "due_of", lambda *_: None)


def mails(receiver):
    return [call.text.count("线索分办") for call in receiver.calls]


def test_a_digest_leaves_out_what_was_read_meanwhile_and_does_not_come_empty(opened, receiver, when, digested):
    opened(), opened(), opened()
    deliver_all()
    first, *_ = Message.objects.order_by("id").values_list("pk", flat=True)
    Message.objects.filter(pk=first).update(read_at=NOW)
    when(NOW + timedelta(days=1))
    assert send_all() == 1
    assert (mails(receiver), states()) == ([2], ["withdrawn", "sent", "sent"])
    opened()
    deliver_all()
    Message.objects.update(read_at=NOW)
    when(NOW + timedelta(days=2))
    assert send_all() == 0
    assert states()[-1] == "withdrawn"


def test_after_days_down_one_digest_comes_with_all_of_them(opened, receiver, when, digested):
    opened()
    deliver_all()
    opened()
    deliver_all()
    Delivery.objects.filter(pk=Delivery.objects.latest("outbox_id").pk).update(not_before=NOW + timedelta(days=2))
    when(NOW + timedelta(days=4))
    assert send_all() == 1
    assert mails(receiver) == [2]


def test_another_hour_gives_no_second_digest_that_day(opened, receiver, when, digested):
    opened(), opened()
    deliver_all()
    late = Delivery.objects.latest("outbox_id")
    hour = NOW + timedelta(days=1, hours=8)
    Delivery.objects.filter(pk=late.pk).update(not_before=hour)
    when(NOW + timedelta(days=1))
    assert send_all() == 1
    when(hour)
    assert send_all() == 0
    late.refresh_from_db()
    assert (late.state, late.digest, late.not_before) == ("waiting", True, hour + timedelta(days=1))
    when(hour + timedelta(days=1))
    assert send_all() == 1
    assert mails(receiver) == [1, 1]


def test_what_cannot_wait_for_the_next_digest_goes_alone(opened, receiver, when, digested):
    opened(), opened()
    deliver_all()
    late = Delivery.objects.latest("outbox_id")
    hour = datetime.fromisoformat(late.message.payload["due_at"]) - timedelta(hours=7)
    Delivery.objects.update(not_before=hour - timedelta(hours=2))
    Delivery.objects.filter(pk=late.pk).update(not_before=hour)
    when(hour - timedelta(hours=1))
    assert send_all() == 1
    when(hour)
    assert send_all() + send_all() == 1  # by this run or, where it looked no more, by the next
    assert "期限：" not in receiver.calls[0].subject and "期限：" in receiver.calls[1].text


def test_a_digest_that_failed_takes_the_next_one_along_and_is_then_another_mail(opened, receiver, when, digested):
    opened()
    deliver_all()
    receiver.answers[lane("drc-handler2")] = fail(Temporary, times=1)
    when(NOW + timedelta(days=1))
    assert send_all() == 0
    opened()
    deliver_all()
    Delivery.objects.filter(attempts=0).update(not_before=NOW + timedelta(days=2))
    Delivery.objects.filter(attempts=1).update(not_before=NOW + timedelta(days=2, hours=1))
    when(NOW + timedelta(days=2))
    assert send_all() == 1
    assert mails(receiver) == [1, 2]
    assert len({call.id for call in receiver.calls}) == 2
