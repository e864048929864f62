"""A version is drawn up whole or not at all, at one moment, by one worker; what stands still is taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections

from agencies.actors import find_actor
from audit import clock
from cases.intake.feedback import drawing, services
from cases.models import Feedback, FeedbackPart, FeedbackRow
from cases.tasks import draw_feedback
from tests.intake.feedback.listing import NAME, brought, case_of, excluded
from tests.intake.feedback.telling import batch_of, draw
from tests.servers import Servers

ROOT = Path(__file__).resolve().parents[3]


def asked() -> Feedback:
    return services.ask_for(actor=find_actor("drc-handler1"), batch=batch_of(NAME), now=clock.now())


def left() -> tuple[int, int]:
    return FeedbackRow.objects.count(), FeedbackPart.objects.count()


@pytest.mark.usefixtures("demo_city")
def test_what_ends_midway_leaves_nothing_and_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    brought()
    version = asked()
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "_write_figures", lambda *_: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            services.draw_version(version.pk, clock.now())
    assert left() == (0, 0)
    assert Feedback.objects.get().state == "drawing"
    assert services.standing_still(clock.now()) == []
    assert services.standing_still(clock.now() + timedelta(minutes=6)) == [version.pk]
    draw_feedback(str(version.pk))
    assert Feedback.objects.get().state == "drawn"
    assert services.standing_still(clock.now() + timedelta(minutes=6)) == []


@pytest.mark.usefixtures("demo_city")
def test_a_second_worker_leaves_it_to_the_first(servers: Servers) -> None:
    brought()
    version = asked()
    name = connection.settings_dict["NAME"]
    with closing(servers.cluster.connect(name)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"drawing/{version.pk}"])
        assert services.draw_version(version.pk, clock.now()).state == "drawing"
    assert services.draw_version(version.pk, clock.now()).state == "drawn"


@pytest.mark.usefixtures("demo_city")
def test_what_is_drawn_up_is_not_drawn_up_twice() -> None:
    brought()
    version = draw(NAME)
    assert services.draw_version(version.pk, clock.now()).drawn_at == version.drawn_at


@pytest.mark.usefixtures("demo_city")
def test_a_list_is_told_of_as_of_one_moment(fresh_db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody decides while it is drawn up is not in it, not even in rows that are read later."""
    brought()
    sheets_of = drawing.sheets_of

    def somebody() -> None:
        excluded(1)
        connections.close_all()

    def meanwhile(batch: Any) -> Any:
        other = Thread(target=somebody)
        other.start()
        other.join()
        return sheets_of(batch)

    monkeypatch.setattr(drawing, "sheets_of", meanwhile)
    version = draw(NAME)
    assert set(FeedbackRow.objects.filter(version=version, number__in=[1, 4]).values_list("progress", flat=True)) == {
        "triage"
    }
    monkeypatch.setattr(drawing, "sheets_of", sheets_of)
    assert case_of(1)
    assert FeedbackRow.objects.get(version=draw(NAME), number=1).finding == "false_positive"


@pytest.mark.usefixtures("demo_city")
def test_a_process_that_is_killed_leaves_nothing_half_written(fresh_db: Any) -> None:
    brought()
    command = [sys.executable, "manage.py", "draw_feedback", NAME]
    version = asked()
    # It stops where it would write, until it is killed.
    with closing(connections["owner"].copy()) as owner, owner.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE cases_feedbackpart IN EXCLUSIVE MODE")
        started = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stderr=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while not _waits(cursor) and started.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert _waits(cursor), "it was killed while it wrote"
        started.send_signal(signal.SIGKILL)
        started.wait(30)
        cursor.execute("ROLLBACK")
    assert left() == (0, 0)
    assert Feedback.objects.get().state == "drawing"
    done = services.draw_version(version.pk, clock.now())
    assert (done.state, done.rows) == ("drawn", 5)


def _waits(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'cases_feedbackpart'::regclass AND NOT granted")
    return bool(cursor.fetchone()[0])
