"""The timetable leaves nothing out: not at its start, not after a standstill, not while the broker is away."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from celery.beat import SchedulingError
from celery.schedules import crontab
from django.conf import settings

from config.celery import app
from config.timetable import AGAIN, Timetable


class Clerk(Timetable):
    """Writes down what is sent, and fails as often as it is told to."""

    producer = None
    away = 0

    def __init__(self, file):
        self.sent = Counter()
        super().__init__(app=app, schedule_filename=str(file))

    def apply_async(self, entry, **kwargs):
        if self.away:
            self.away -= 1
            raise SchedulingError("no broker")
        self.sent[entry.name] += 1

    def tick_through(self, most=100):
        """Until there is nothing to do for the moment; the pause it asks for then."""
        for _ in range(most):
            if (pause := self.tick()) > 0:
                return pause
        raise AssertionError("the timetable does not come to rest")


@pytest.fixture
def clerk(tmp_path):
    made = Clerk(tmp_path / "timetable")
    yield made
    made.close()


INTERVALS = {
    name for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if not isinstance(entry["schedule"], crontab)
}


def test_the_product_uses_it():
    assert app.conf.beat_scheduler == "config.timetable:Timetable"


def test_what_nobody_rang_for_is_looked_for_every_ten_seconds_and_what_is_stuck_within_minutes():
    every = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert [every[f"notifications.{name}"] for name in ("deliver", "send", "send_codes")] == [10.0] * 3
    assert every["notifications.tell_stuck"] <= 600
    assert isinstance(every["notifications.prune_deliveries"], crontab)


def test_whatever_has_an_interval_is_asked_for_at_the_start_and_once(clerk):
    clerk.tick_through()
    assert len(INTERVALS) > 10
    assert clerk.sent == dict.fromkeys(INTERVALS, 1)
    clerk.tick_through()
    assert clerk.sent == dict.fromkeys(INTERVALS, 1)


def test_again_at_the_next_start_with_the_same_file(clerk, tmp_path):
    clerk.tick_through()
    clerk.close()
    again = Clerk(tmp_path / "timetable")
    again.tick_through()
    assert again.sent == dict.fromkeys(INTERVALS, 1)
    again.close()


def test_a_time_of_day_that_was_slept_through_is_asked_for_at_the_start(clerk, tmp_path):
    daily = set(settings.CELERY_BEAT_SCHEDULE) - INTERVALS
    assert daily
    for name in daily:
        clerk.schedule[name].last_run_at -= timedelta(days=3)
    clerk.close()
    again = Clerk(tmp_path / "timetable")
    again.tick_through()
    assert again.sent == dict.fromkeys(INTERVALS | daily, 1)
    again.close()


def test_what_the_broker_did_not_take_is_asked_for_until_it_does(clerk):
    clerk.away = 5
    assert [clerk.tick_through() for _ in range(5)] == [AGAIN] * 5
    assert sum(clerk.sent.values()) == 0
    clerk.tick_through()
    assert clerk.sent == dict.fromkeys(INTERVALS, 1)


def test_a_broken_file_is_made_anew(clerk, tmp_path):
    clerk.close()
    for path in tmp_path.glob("timetable*"):
        path.write_bytes(b"half a file")
    again = Clerk(tmp_path / "timetable")
    again.tick_through()
    assert again.sent == dict.fromkeys(INTERVALS, 1)
    again.close()
