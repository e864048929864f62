"""The bell: no ring outlives its use."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from cases.workflow.recording import bell


@pytest.fixture
def rings(redis_url):
    """What stands in the queue of those who tell, once something does."""

    def read():
        until = time.monotonic() + 20
        with closing(Redis.from_url(redis_url)) as broker:
            while not (found := broker.lrange("telling", 0, -1)):
                assert time.monotonic() < until, "nobody rang"
                time.sleep(0.02)
            return [json.loads(message) for message in found]

    return read


def test_a_ring_ends_before_the_sweep_after_next(rings, settings):
    """Hours of rings without a worker would stand before every sweep in the queue, and those would be late for ever."""
    bell._ring()
    (message,) = rings()
    assert message["headers"]["task"] == settings.OUTBOX_TASK
    assert datetime.fromisoformat(message["headers"]["expires"]) < datetime.now(UTC) + timedelta(seconds=20)
