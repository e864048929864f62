"""The ground that other tests stand on: rollback, clones, live processes, and an end without leftovers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, expect

from config.celery import app
from tests import servers
from tests.conftest import ALIASES, SERVERS
from tests.installation import ROOT, eventually, is_alive


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("_time", [1, 2])
def test_a_test_is_rolled_back(_time: int) -> None:
    assert database() == "lianzhi_test"
    ContentType.objects.create(app_label="tests", model="once")


def test_the_settings_lead_to_the_servers_of_this_process_and_of_no_other() -> None:
    """Several processes of one run inherit each other's environment; two in one database would meet."""
    assert [settings.DATABASES[alias]["HOST"] for alias in ALIASES] == [str(SERVERS.database_sockets)] * 2
    assert {settings.REDIS_URL, settings.CACHES["default"]["LOCATION"]} == {SERVERS.redis_url}
    assert settings.HOME.root == SERVERS.root / "home"


def test_the_servers_are_in_memory_only_where_they_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "ROOM", 1)
    assert servers.has_room(tmp_path) and not servers.has_room(tmp_path / "missing")
    monkeypatch.setattr(servers, "ROOM", 1 << 62)
    assert not servers.has_room(tmp_path)


def test_a_clone_is_seen_by_threads_and_named_for_children(fresh_db) -> None:
    ContentType.objects.create(app_label="tests", model="thread")
    seen: list[tuple[str, int]] = []

    def look() -> None:
        seen.append((database(), ContentType.objects.filter(app_label="tests").count()))
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [(fresh_db.name, 1)]
    assert os.environ["DATABASE_URL"] == fresh_db.database_url


def test_the_demo_city_is_there_in_both_kinds(demo_city) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 20 FROM agencies_user")
        assert cursor.fetchone()[0]
    assert database() == "lianzhi_demo_test"


def test_the_demo_city_can_be_committed_to(demo_city, fresh_db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 20 FROM agencies_user")
        assert cursor.fetchone()[0]
    assert database() == fresh_db.name


def test_each_test_begins_with_an_empty_cache(redis_url: str) -> None:
    assert cache.get("left") is None
    cache.set("left", 1)
    assert cache.get("left") == 1


def test_the_cache_is_empty_again(redis_url: str) -> None:
    assert cache.get("left") is None


def test_a_live_server_answers_from_the_tests_database(served: str) -> None:
    with urllib.request.urlopen(f"{served}/healthz", timeout=10) as response:
        assert response.read() == b'{"database": "ok", "redis": "ok", "outbox_waits": 0, "delivery_waits": 0}'


def test_a_browser_shows_the_first_page_without_a_complaint(served: str, page: Page) -> None:
    """A blocked script or a missing file would be told on its console."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    response = page.goto(served)
    assert response is not None
    assert response.ok
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    assert complaints == []


def test_a_live_worker_takes_tasks(celery_worker_process: int) -> None:
    assert app.control.ping(timeout=5)


@pytest.mark.django_db
def test_health_says_what_is_out_of_reach(settings, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    settings.CACHES = {"default": {"BACKEND": "config.cache.RedisCache", "LOCATION": "unix:///nonexistent"}}
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "unreachable", "outbox_waits": 0, "delivery_waits": 0}
    assert "Redis does not answer" in caplog.text


def test_kill_9_of_a_test_run_leaves_no_server(tmp_path: Path) -> None:
    code = (
        "import time; from tests.servers import Servers; "
        "s = Servers(); s.start(); print(s.root, flush=True); time.sleep(99)"
    )
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    root = Path(run.stdout.readline().strip())
    postmaster = int((root / "postgres" / "postmaster.pid").read_text().split()[0])
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert eventually(lambda: not is_alive(postmaster))
    assert not any((root / "redis").glob("*.aof"))
