"""Fixtures for every test: real PostgreSQL as the application role, real Redis, real web server and worker.

- `db` (or `pytest.mark.django_db`): one database for all, each test rolled back.
- `fresh_db`: a database of its own, for commits, threads and other processes; also in `os.environ` for children.
- `demo_city`: either of them with the demo city loaded.
- `served`, `celery_worker_process`: a live web server and a live worker on a `fresh_db`.
- `first_demo`: a demo played to its end, once a run (tests/demo.py).
- `bench`: a workload of bench/, small, on a clone of its own.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.embedded import process
from tests.demo import first_demo
from tests.installation import is_foreign
from tests.servers import DEMO_TEMPLATE, DEMO_TEST, LENT, TEMPLATE, TEST, Servers

ROOT = Path(__file__).resolve().parent.parent
SERVERS = Servers()

# A run starts many processes of the product; each would compile all of it anew where the caller keeps no bytecode.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Before Django reads its settings. Nothing of the caller's own environment may lead a test to a real database.
for _name in [name for name in os.environ if is_foreign(name)]:
    del os.environ[_name]
os.environ.update(
    SERVERS.environment(TEST),
    DJANGO_SETTINGS_MODULE="config.settings",
    SECRET_KEY="a key for tests that protects nothing at all, 0123456789",
    LIANZHI_DEMO="true",
    LIANZHI_HOME=str(SERVERS.root / "home"),
    # Playwright keeps an event loop in the thread of the test; its tests still use the database in the plain way.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)

import django

django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connections

from audit import sight
from cases.selectors.calendar import entered
from config.database import wall

__all__ = ["first_demo"]
ALIASES = ("default", "owner")
Bench = Callable[..., list[dict[str, Any]]]
# The stamp of directories that tests build without a database.
IN_MEMORY = 1

# The same algorithm, without the work that is meant for who guesses: 0.2 s for each of the hundreds of hashes of a run.
# Other processes do all of it (test_passwords_cost_work.py).
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1


class Clone(NamedTuple):
    """A database that only this test uses."""

    name: str
    database_url: str
    owner_url: str


def pytest_unconfigure() -> None:
    SERVERS.stop()
    # A verification with processes of its own starts one that only notices the end of this one a moment after it.
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Each process of a parallel run reads the settings when it knows the addresses of its own servers, not before."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Choose the database before any fixture connects, and forget what the test before left in the cache."""
    names = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    if "transactional_db" in names or (marker and marker.kwargs.get("transaction")):
        raise pytest.UsageError(
            "the application role may not TRUNCATE: use the fixture fresh_db, a database of its own."
        )
    if "fresh_db" in names and ("db" in names or marker):
        raise pytest.UsageError("fresh_db and db exclude each other: db rolls back, fresh_db commits.")
    use_database(DEMO_TEST if "demo_city" in names else TEST)
    if marker is None and names.isdisjoint({"db", "fresh_db", "demo_city"}):
        # The city in memory (tests/workflow/desk.py) has no database to read the entered days of a calendar from.
        entered._Process.held = IN_MEMORY, entered.EnteredDays()
    SERVERS.flush_redis()


def use_database(name: str) -> None:
    """Lead both aliases, in every thread, to this database from the next query on."""
    for alias in ALIASES:
        if connections.settings[alias]["NAME"] != name:
            connections[alias].close()
            connections.settings[alias]["NAME"] = name
    os.environ.update(SERVERS.environment(name))


@contextmanager
def on_database(name: str) -> Iterator[None]:
    before = connections.settings["default"]["NAME"]
    use_database(name)
    try:
        yield
    finally:
        use_database(before)


@pytest.fixture(scope="session")
def servers() -> Servers:
    SERVERS.start()
    return SERVERS


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, servers: Servers, django_db_blocker: Any) -> None:
    """Migrate a template once as the owner, clone the rest from it (in place of pytest-django's own set-up)."""
    wanting = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    with_city = not wanting.isdisjoint({"demo_city", "bench"})
    with django_db_blocker.unblock():
        if not LENT:
            make_templates(with_city=with_city)
        servers.clone(TEMPLATE, TEST)
        if with_city:
            servers.clone(DEMO_TEMPLATE, DEMO_TEST)


def make_templates(*, with_city: bool) -> None:
    """A migrated database, and one with the demo city too, that others are cloned from."""
    with on_database(TEMPLATE):
        call_command("migrate", verbosity=0)
        with connections["owner"].cursor() as cursor:
            wall.apply(cursor, all_powerful="tests")
    if with_city:
        SERVERS.clone(TEMPLATE, DEMO_TEMPLATE)
        with on_database(DEMO_TEMPLATE):
            call_command("load_demo_city", verbosity=0, stdout=io.StringIO())


@pytest.fixture
def fresh_db(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Clone]:
    template = DEMO_TEMPLATE if "demo_city" in request.fixturenames else TEMPLATE
    with SERVERS.throwaway_clone(template) as name:
        addresses = SERVERS.environment(name)
        with on_database(name), django_db_blocker.unblock():
            yield Clone(name, addresses["DATABASE_URL"], addresses["DATABASE_OWNER_URL"])
            for alias in ALIASES:
                connections[alias].close()


@pytest.fixture
def demo_city(request: pytest.FixtureRequest) -> None:
    """The city of the demo with its agencies and people, in `db` or, where the test asks for it, in `fresh_db`."""
    request.getfixturevalue("fresh_db" if "fresh_db" in request.fixturenames else "db")


@pytest.fixture(autouse=True)
def tests_see_everything(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tests read as an actor whom only their database knows. Requests, tasks and commands must say who they are.

    A test with the mark `own_sight` says so itself.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("own_sight") is None:
            patch.setattr(sight, "unless_said", sight.Sight(system="tests"))
        yield


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    """A clock that one test has set is not what the next one reads from its cache."""
    from audit import clock

    clock.forget()
    yield
    clock.forget()


@pytest.fixture
def bench(django_db_setup: None) -> Bench:
    """Run a workload of bench/ on a clone of the demo city in the cluster of this run; its lines."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        lent = os.environ | {"BENCH_CLUSTER": str(SERVERS.database_root), "BENCH_TEMPLATE": DEMO_TEMPLATE}
        command = [sys.executable, "-m", "bench", *arguments, "--json"]
        done = subprocess.run(command, cwd=ROOT, env=lent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """A real Redis, empty at the start of each test."""
    return servers.redis_url


@pytest.fixture
def served(fresh_db: Clone, redis_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a live web server on the test's own database, without a slash at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "config.wsgi:application"]
    log = tmp_path / "web.log"
    with child(command, log) as server:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(address), server, log)
        yield address


@pytest.fixture
def celery_worker_process(fresh_db: Clone, redis_url: str, tmp_path: Path) -> Iterator[int]:
    """The process id of a live Celery worker on the test's own database."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO"]
    log = tmp_path / "worker.log"
    with child(command, log) as worker:
        wait_for(lambda: " ready." in log.read_text(errors="replace"), worker, log)
        yield worker.pid


@contextmanager
def child(command: list[str], log: Path) -> Iterator[Any]:
    """A process of the product, ended with the test, and with pytest however that ends."""
    log.touch()
    started = process.spawn(command, log=log, death_signal=signal.SIGTERM, environment=dict(os.environ), directory=ROOT)
    try:
        yield started
    finally:
        process.stop(started, signal.SIGTERM, 20)


def wait_for(condition: Any, started: Any, log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if started.poll() is not None or time.monotonic() > until:
            pytest.fail(f"{started.args[2]} did not start:\n{process.tail(log, 40)}")
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each test has a server of its own: use `served`. The plugin's fixture of this name warns under pytest 9."""


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium instead of one downloaded by Playwright."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("chromium is missing; run make test, or as root: apt-get install chromium fonts-noto-cjk")
    return browser_type_launch_args | {"executable_path": chromium, "args": ["--no-sandbox"]}
