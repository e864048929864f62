"""A browser at a live web server: Debian's Chromium against granian on a database of its own, shared by these tests.

Every page that a test opens is watched: an error in the console, a script that fails, or a request to another host
fails the test, whatever else it looks at.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from agencies.models import User
from audit import clock
from tests.browser.every import finding, looking
from tests.conftest import ALIASES, SERVERS, answers, child, connections, on_database, wait_for
from tests.demo import FirstDemo
from tests.installation import Installation
from tests.servers import DEMO_TEMPLATE

# A refusal is a page of ours with a status of its own; the browser notes every such status in its console.
# So is that a test has cut the network.
STATUS_NOTE = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_INTERNET_DISCONNECTED)"
)
ADDRESS = re.compile(r"打开 (http://127\.0\.0\.1:\d+)")
Enter = Callable[..., Page]


@pytest.fixture(scope="session")
def demo_city(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The demo city on a database of its own and the address of a web server on it, for all browser tests."""
    with SERVERS.throwaway_clone(DEMO_TEMPLATE) as name, on_database(name):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--workers", "1", "--blocking-threads", "4", "config.wsgi:application"]
        log = tmp_path_factory.mktemp("browser") / "web.log"
        with child(command, log) as server:
            address = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(address), server, log)
            yield name, address
        with django_db_blocker.unblock():
            for alias in ALIASES:
                connections[alias].close()


@pytest.fixture
def site(demo_city: tuple[str, str], django_db_blocker: Any) -> Iterator[str]:
    """The address of the server; the test itself reads and writes the same database, with commits."""
    name, address = demo_city
    with on_database(name), django_db_blocker.unblock():
        cache.clear()
        yield address
        for alias in ALIASES:
            connections[alias].close()


@pytest.fixture
def watched() -> Iterator[Callable[[Page, str], None]]:
    """Watch a page; what it did wrong is said at the end of the test."""
    wrong: list[str] = []

    def watch(page: Page, address: str) -> None:
        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and not STATUS_NOTE.match(message.text):
                wrong.append(f"console: {message.text}")

        def asked(request: Request) -> None:
            if not request.url.startswith((address, "data:")):
                wrong.append(f"request to another host: {request.url}")

        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("request", asked)

    yield watch
    assert not wrong, "\n".join(wrong)


def stop_clock(at: datetime) -> None:
    """Let the clock stand still there, and give the server the moment after which it has seen that."""
    clock.set_clock(at, frozen=True)
    time.sleep(clock.CACHE_SECONDS + 0.1)


def open_session(context: BrowserContext, client: Client, site: str) -> None:
    """The session of this client, in a window."""
    context.add_cookies([{"name": name, "value": made.value, "url": site} for name, made in client.cookies.items()])


@pytest.fixture
def enter(browser: Browser, site: str, watched: Callable[[Page, str], None]) -> Iterator[Enter]:
    """A new window of this person with a session that is open already; with or without scripts, of any width.

    The way through the login page is walked in test_entry.py, for each of the people once more in test_every_page.py.

    What a test leaves open is looked at by axe, but for windows whose clock it has stopped: there axe never ends.
    """
    contexts, looked_at = [], []

    def enter(
        username: str, *, scripts: bool = True, width: int = 1440, language: str = "zh-CN", stopped: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=site, java_script_enabled=scripts, viewport={"width": width, "height": 900}, locale=language
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if scripts and not stopped:
            looked_at.append(context)
        client = Client()
        client.force_login(User.objects.get(username=username))
        open_session(context, client, site)
        page = context.new_page()
        watched(page, site)
        page.goto("/")
        assert page.url == f"{site}/", "not let in"
        return page

    yield enter
    wrong = looking.faults_left(looked_at)
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def played(first_demo: FirstDemo) -> Iterator[tuple[Installation, str]]:
    """A demo that has been played to its end, started once more to serve its pages."""
    home = first_demo.home
    with home.popen("demo") as process:
        try:
            address = _address(process)
            home.run("draw_reports")  # the worker draws them too, but when it comes to it
            yield home, address
        finally:
            process.terminate()
            process.communicate(timeout=60)
            home.stop()


def _address(process: subprocess.Popen[str]) -> str:
    until = time.monotonic() + 600
    for line in process.stdout or ():
        if match := ADDRESS.search(line):
            return match[1]
        assert time.monotonic() < until, "the demo does not come to its end"
    raise AssertionError(process.stderr.read() if process.stderr else "")


@pytest.fixture(scope="module")
def found(played: tuple[Installation, str], browser_name: str) -> list[finding.Found]:
    """By the name of the browser tests are put together: those without it would start all this a second time."""
    return [page for person in finding.PEOPLE for page in finding.pages_of(played[1], person)]
