"""From the outbox to the inbox: complete, once, in order, without personal data."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection, connections, transaction

from agencies.actors import find_actor, system_actor
from agencies.models import Membership
from agencies.services import end_role
from audit.ids import new_id
from cases.models import Outbox, Task
from cases.workflow.bulk import Request, perform_many
from cases.workflow.task_kinds import KINDS
from notifications import relay
from notifications.delivery import leases
from notifications.delivery.messages import Row, messages_of
from notifications.models import Message
from notifications.relay import deliver_all, deliver_batch
from notifications.selectors import inbox, unread_count
from tests.notifications.conftest import NOW


def test_a_new_task_is_told_to_the_people_who_can_do_it_and_not_to_who_opened_it(opened, texts):
    opened()
    assert texts("drc-handler2") == []
    assert deliver_all() == 1
    assert texts("drc-handler2") == ["待办：线索分办，11-25 18:00 前"]
    assert texts("drc-handler1") == texts("drc-reviewer1") == texts("grid-handler1") == texts("admin1") == []


def test_every_hand_off_tells_the_agency_that_must_act_next(opened, act, texts):
    """One dispatch hands work to four agencies; each answer hands it on."""
    case = opened()
    findings = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
    act("drc-handler2", "dispatch_verification", case, findings=findings)
    deliver_all()
    expected = dict(zip(("telecom-handler1", "grid-handler1", "cac-handler1", "drc-handler1"), findings, strict=True))
    for person, kind in expected.items():
        assert texts(person)[0].startswith(f"待办：{KINDS[kind].label.zh}，"), person
    told = set(Message.objects.values_list("outbox__payload__task", flat=True))
    assert told == {str(task) for task in Task.objects.values_list("id", flat=True)}


def test_a_return_tells_the_commission_and_the_ruling_the_agency(opened, act, texts):
    case = opened()
    act("drc-handler2", "dispatch_verification", case, findings=["trace_subscriber"])
    task = Task.objects.get(kind="trace_subscriber", state="open")
    act(
        "telecom-handler1",
        "return_task",
        case,
        task=str(task.pk),
        reason_code="not_enough_information",
        reason="只有地址，没有时段",
    )
    deliver_all()
    assert texts("drc-reviewer1")[0].startswith(f"待办：{KINDS['rule_on_return'].label.zh}")


def test_a_task_given_to_a_branch_tells_the_branch(opened, act, texts, who):
    case = opened()
    act("drc-handler2", "dispatch_verification", case, findings=["trace_subscriber"])
    task = Task.objects.get(kind="trace_subscriber", state="open")
    carrier = who("ct-handler1").posts[0].agency_id
    act("telecom-handler1", "assign_task", case, task=str(task.pk), unit=carrier)
    deliver_all()
    assert texts("ct-handler1")[0].startswith(f"已分派：{KINDS['trace_subscriber'].label.zh}")
    assert texts("cu-handler1") == []


def test_delivering_again_changes_nothing(opened):
    opened()
    assert (deliver_all(), deliver_all()) == (1, 0)
    assert Message.objects.count() == 1
    assert Outbox.objects.filter(delivered_at__isnull=True).count() == 0


def test_a_row_that_is_delivered_twice_all_the_same_reaches_nobody_twice(opened):
    opened()
    deliver_all()
    Outbox.objects.update(delivered_at=None)
    assert deliver_all() == 1
    assert Message.objects.count() == 1


def test_a_batch_that_the_database_breaks_off_leaves_nothing_half_done(opened, monkeypatch):
    opened()
    broken_off = "DO $$ BEGIN RAISE EXCEPTION 'going down' USING ERRCODE = '57P01'; END $$ -- %s %s"
    monkeypatch.setattr(relay, "_MARK", broken_off)
    with pytest.raises(OperationalError, match="going down"), transaction.atomic():
        deliver_batch()
    assert Message.objects.count() == 0
    assert Outbox.objects.get().failed_at is None
    monkeypatch.undo()
    assert deliver_all() == 1


def spoil(outbox_id, payload):
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cases_outbox SET payload = %s WHERE id = %s", [payload, outbox_id])


@pytest.mark.parametrize("payload", ['"no object"', '{"roles": 7}', '{"roles": ["handler"], "due_at": "tomorrow"}'])
def test_a_row_that_cannot_be_delivered_is_set_aside_and_holds_up_nobody(
    demo_city, fresh_db, opened, texts, caplog, payload
):
    for _ in range(9):
        opened()
    bad = Outbox.objects.order_by("id").values_list("id", flat=True)[2]
    spoil(bad, payload)
    assert deliver_all() == 8
    assert len(texts("drc-handler2")) == 8
    left = Outbox.objects.get(delivered_at__isnull=True)
    assert (left.id, left.failed_at is not None, left.problem != "") == (bad, True, True)
    assert f"outbox row {bad} (task.opened) cannot be delivered" in caplog.text
    # It is not looked at again with every ring and sweep.
    assert deliver_all() == 0
    assert caplog.text.count("cannot be delivered") == 1


def test_a_row_that_was_set_aside_is_tried_again_and_later_each_time(demo_city, fresh_db, opened, texts, monkeypatch):
    opened()
    row, began = Outbox.objects.get(), relay.clock.now()
    monkeypatch.setattr(relay.clock, "now", lambda: began)
    monkeypatch.setattr(relay.random, "random", lambda: 0.5)
    spoil(row.id, '"no object"')
    for attempts, seconds in ((1, 5), (2, 10), (3, 20)):
        assert deliver_all() == 0
        left = Outbox.objects.get()
        now = relay.clock.now()
        assert (left.attempts, left.failed_at, left.not_before) == (attempts, began, now + timedelta(seconds=seconds))
        monkeypatch.setattr(relay.clock, "now", lambda at=left.not_before: at)
    spoil(row.id, json.dumps(row.payload))
    assert deliver_all() == 1
    assert len(texts("drc-handler2")) == 1


def test_a_row_that_failed_for_three_days_is_dead_until_somebody_tries_it_again(
    demo_city, fresh_db, opened, texts, monkeypatch
):
    opened()
    row, began = Outbox.objects.get(), relay.clock.now()
    monkeypatch.setattr(relay.clock, "now", lambda: began)
    spoil(row.id, '"no object"')
    assert deliver_all() == 0
    end = began + timedelta(days=3)
    monkeypatch.setattr(relay.clock, "now", lambda: end)
    assert deliver_all() == 0
    assert Outbox.objects.get().dead_at == end
    spoil(row.id, json.dumps(row.payload))
    monkeypatch.setattr(relay.clock, "now", lambda: end + timedelta(days=30))
    assert deliver_all() == 0
    assert relay.try_again() == 1
    assert deliver_all() == 1
    assert len(texts("drc-handler2")) == 1


def test_the_operator_sees_what_was_set_aside_and_tries_it_again(demo_city, fresh_db, opened, capsys, number):
    opened()
    row = Outbox.objects.get()
    spoil(row.id, '"no object"')
    call_command("deliver_notifications", "--once")
    told = capsys.readouterr()
    assert told.out == "已投递 0 条 delivered 0\n"
    assert f"cannot be delivered: {row.id} {number(1)} task.opened AttributeError" in told.err
    spoil(row.id, json.dumps(row.payload))
    call_command("deliver_notifications", "--once", "--retry")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("已投递 1 条 delivered 1\n", "")


def test_more_bad_rows_than_a_batch_holds_do_not_hide_the_good_one(demo_city, fresh_db, opened, monkeypatch):
    for _ in range(5):
        opened()
    for bad in Outbox.objects.order_by("id").values_list("id", flat=True)[:4]:
        spoil(bad, '"no object"')
    monkeypatch.setattr(relay, "BATCH", 2)
    assert deliver_all() == 1


def test_small_batches_deliver_everything_in_the_order_of_the_events(opened, act):
    case = opened()
    act("drc-handler2", "dispatch_verification", case, findings=["trace_subscriber", "analyse_traffic"])
    while deliver_batch(1):
        pass
    order = list(Message.objects.order_by("id").values_list("outbox_id", flat=True))
    assert order == sorted(order)
    assert len(set(order)) == 3


def test_a_message_holds_numbers_and_codes_only(opened):
    opened()
    Outbox.objects.update(delivered_at=None)
    deliver_all()
    payload = Message.objects.get().payload
    assert set(payload) == {"number", "task", "kind", "label_zh", "label_en", "stage", "due_at", "action", "by"}
    assert "某小区" not in str(payload)


def test_a_row_for_no_agency_or_an_unknown_one_does_not_stop_the_others(opened):
    opened()
    row = Outbox.objects.get()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('cases_outbox', 'INSERT')")
        assert cursor.fetchone() == (False,)
    odd = [Row(1, "case.stage", None, {}, "1"), Row(2, "x", 10**9, {"roles": None}, "1")]
    good = Row(row.pk, row.topic, row.agency_id, row.payload, "1")
    assert [message["outbox"] for message in messages_of([*odd, good])] == [row.pk]


def opening(n):
    return Request("open_case", {"region_code": "320302", "title": f"某楼 {n}", "source": "telecom"})


def test_an_imported_list_is_told_in_one_line(texts):
    perform_many([opening(n) for n in range(40)], actor=system_actor(), now=NOW)
    assert deliver_all() == 40
    assert texts("drc-handler1") == texts("drc-handler2") == ["40 件新待办：线索分办"]


def test_a_few_cases_are_told_one_by_one(texts):
    perform_many([opening(n) for n in range(3)], actor=system_actor(), now=NOW)
    deliver_all()
    assert texts("drc-handler1") == ["待办：线索分办，11-25 18:00 前"] * 3


def test_acts_of_different_transactions_are_never_summed(opened, texts):
    for _ in range(8):
        opened()
    deliver_all()
    assert len(texts("drc-handler2")) == 8


def test_who_leaves_the_agency_no_longer_reads_its_messages(opened, who):
    opened()
    deliver_all()
    assert unread_count(who("drc-handler2")) == 1
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username="drc-handler2"), now=NOW)
    assert inbox(who("drc-handler2")) == []
    assert unread_count(who("drc-handler2")) == 0


def test_the_queries_of_a_batch_do_not_grow_with_its_rows(opened, django_assert_max_num_queries):
    for _ in range(20):
        opened()
    with django_assert_max_num_queries(17):
        deliver_batch()


def test_eight_workers_at_once_deliver_each_row_once_and_in_order(demo_city, fresh_db, opened, act):
    cases = [opened() for _ in range(12)]
    for case in cases:
        act("drc-handler2", "dispatch_verification", case, findings=["trace_subscriber", "analyse_traffic"])
    delivered: list[int] = []

    def work():
        try:
            while n := deliver_batch(2):
                delivered.append(n)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(delivered) == Outbox.objects.count() == 36
    assert Message.objects.values("outbox_id", "user_id").distinct().count() == Message.objects.count()
    for case in cases:
        seen = list(Message.objects.filter(case_id=case).order_by("id").values_list("outbox_id", flat=True))
        assert seen == sorted(seen)


def test_a_worker_that_hangs_does_not_take_the_others_with_it(demo_city, fresh_db, opened, monkeypatch, caplog):
    opened()
    monkeypatch.setattr(relay, "_LOCK", relay._LOCK.replace("5s", "200ms"))
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('notifications/relay', 0))")
        assert deliver_all() == 0
        assert "another worker has held the outbox" in caplog.text
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended('notifications/relay', 0))")
    assert deliver_all() == 1


@pytest.mark.parametrize("lock", [relay._LOCK, leases._LOCK])
def test_a_worker_that_stands_still_with_the_lock_is_cut_off(demo_city, fresh_db, opened, lock):
    """As a frozen machine would: its transaction is open and asks for nothing more."""
    opened()
    with pytest.raises((OperationalError, InterfaceError)), transaction.atomic(using="owner"):  # noqa: PT012
        with connections["owner"].cursor() as cursor:
            cursor.execute(lock.replace("'30s'", "'300ms'"))
        assert deliver_all() == 1
        leases.look(new_id(), full=(), shunned=())
        connections["owner"].cursor().execute("SELECT pg_sleep(1)")
    connections["owner"].close()


def test_the_time_of_delivery_is_the_injected_clock(opened, monkeypatch):
    monkeypatch.setattr(relay.clock, "now", lambda: NOW + timedelta(hours=1))
    opened()
    deliver_all()
    assert Outbox.objects.get().delivered_at == NOW + timedelta(hours=1)
    assert Message.objects.get().created_at == NOW


def test_the_application_role_cannot_rewrite_a_message(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('notifications_message', 'DELETE'),"
            " has_column_privilege('notifications_message', 'payload', 'UPDATE'),"
            " has_column_privilege('notifications_message', 'read_at', 'UPDATE')"
        )
        assert cursor.fetchone() == (False, False, True)


def test_it_is_found_by_its_reader_only(opened, who):
    opened()
    deliver_all()
    assert find_actor("drc-handler2").user_id == Message.objects.get().user_id
    assert inbox(who("drc-handler1")) == []
