"""A real Celery worker and a real Redis: messages arrive, and no death in between loses or doubles one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery import current_app
from django.db import connections, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from cases.models import Outbox
from config.demo.processes import workers
from notifications import tasks
from notifications.models import Message
from tests.conftest import ROOT, SERVERS, child, wait_for

pytestmark = pytest.mark.usefixtures("demo_city")

WORKER = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO"]
COMMAND = [sys.executable, "manage.py", "deliver_notifications"]


def until(condition, seconds=30):
    """Whether the condition became true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def undelivered():
    return Outbox.objects.filter(delivered_at__isnull=True).count()


def told_once(**which):
    """Every row (or these) is delivered, each to its one reader, once."""
    rows = Outbox.objects.filter(**which).order_by("id")
    told = Message.objects.filter(outbox__in=rows).order_by("id").values_list("outbox_id", flat=True)
    return not rows.filter(delivered_at__isnull=True).exists() and list(told) == [row.id for row in rows]


def waiting_for_a_lock():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def kill_with_children(pid):
    """As the kernel would when memory runs out: the worker and its pool at once, with no chance to clean up."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in [pid, *map(int, children)]:
        os.kill(each, signal.SIGKILL)


def test_a_hand_off_reaches_the_inbox_through_the_worker(fresh_db, celery_worker_process, opened):
    opened()
    assert until(told_once)


def test_a_worker_killed_in_the_middle_of_a_delivery_loses_and_doubles_nothing(
    fresh_db, celery_worker_process, opened, tmp_path
):
    opened()
    assert until(told_once)

    # The worker has claimed the rows and waits for this lock where it writes the messages: in the middle.
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("LOCK TABLE notifications_message IN SHARE MODE")
        for _ in range(20):
            opened()
        assert until(waiting_for_a_lock)
        kill_with_children(celery_worker_process)
    assert undelivered() == 20
    assert Message.objects.count() == 1

    with child(WORKER, tmp_path / "second.log") as second:
        wait_for(lambda: " ready." in (tmp_path / "second.log").read_text(), second, tmp_path / "second.log")
        opened()
        assert until(told_once)
    assert Message.objects.count() == 22


def test_with_redis_down_the_act_is_done_and_the_message_comes_later(fresh_db, redis_url, opened):
    SERVERS.redis.stop()
    try:
        started = time.monotonic()
        opened()
        assert time.monotonic() - started < 5
        assert undelivered() == 1
    finally:
        SERVERS.redis.start()
    done = subprocess.run([*COMMAND, "--once"], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout == "已投递 1 条 delivered 1\n"
    assert told_once()


def test_the_sweep_finds_what_nobody_rang_for(fresh_db, celery_worker_process, opened, settings, tmp_path):
    settings.OUTBOX_TASK = ""
    opened()
    time.sleep(1)
    assert undelivered() == 1
    beat = [sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(tmp_path / "schedule")]
    with child(beat, tmp_path / "beat.log"):
        # The timetable's other jobs tell of what fell due since, too.
        assert until(lambda: told_once(topic="task.opened"), seconds=40), (tmp_path / "beat.log").read_text()


def test_whatever_keeps_the_workers_busy_what_is_told_arrives(fresh_db, redis_url, opened, tmp_path):
    """The two workers of the demo; the one for everything else is at a long job, and another one waits for it."""
    work, telling = workers(tmp_path, app="tests.notifications.hurried")
    with child(work, tmp_path / "work.log") as busy, child(telling, tmp_path / "telling.log"):
        for _ in range(2):
            current_app.send_task("tests.long_job", [str(tmp_path)], ignore_result=True)
        wait_for((tmp_path / "busy").exists, busy, tmp_path / "work.log")
        opened()
        assert until(told_once), (tmp_path / "telling.log").read_text()
        assert (tmp_path / "busy").exists()
        (tmp_path / "end").touch()


def test_everything_that_tells_has_the_queue_of_its_own():
    """Each by its name, and nothing that takes long."""
    current_app.loader.import_default_modules()
    router = current_app.amqp.router
    ours = [name for name in current_app.tasks if not name.startswith("celery.")]
    found = {name for name in ours if getattr(router.route({}, name).get("queue"), "name", "celery") == "telling"}
    assert found == {f"notifications.{name}" for name in ("deliver", "send", "send_codes", "tell_stuck")}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_without_celery_the_command_delivers_until_it_is_stopped(fresh_db, opened, number):
    running = subprocess.Popen(COMMAND, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True)
    try:
        opened()
        assert until(told_once)
    finally:
        running.send_signal(number)
        running.communicate(timeout=20)
    assert running.returncode == 0


def test_codes_take_one_lane_at_a_time_and_go_out_without_redis_too(demo_city, db, redis_url, monkeypatch):
    asked = []

    def send(_now):
        asked.append(tasks.send_codes())  # another worker, meanwhile
        return 1

    monkeypatch.setattr(tasks.codes, "send_codes", lambda now: send(now) if not asked else 2)
    assert [tasks.send_codes(), tasks.send_codes(), asked] == [1, 2, [0]]

    def away(*_):
        raise RedisError

    monkeypatch.setattr(tasks.cache, "add", away)
    assert tasks.send_codes() == 2


def test_whoever_writes_messages_calls_the_senders_where_something_is_due(demo_city, db, opened, receiver, monkeypatch):
    """So that a mail leaves at once and not with the next sweep; a broker that is away takes nothing with it."""
    called = []
    monkeypatch.setattr(tasks.send, "apply_async", lambda **how: called.append(how))
    assert (tasks.deliver(), called) == (0, [])
    opened()
    assert (tasks.deliver(), len(called)) == (1, 1)

    def away(**_):
        raise OperationalError

    monkeypatch.setattr(tasks.send, "apply_async", away)
    opened()
    assert tasks.deliver() == 1
