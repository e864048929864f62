"""The embedded servers, driven as a user drives them: by `manage.py` commands with a home directory of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from config import embedded
from config.embedded import EmbeddedError, Home, locks, postgres
from config.embedded.home import APP_ROLE, OWNER_ROLE, PORT, make_private, socket_directory
from config.embedded.process import RunAs

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "LIANZHI_DEMO")


class Installation:
    """Commands with LIANZHI_HOME set to a directory of the test."""

    def __init__(self, root: Path, prefix: tuple[str, ...] = (), **extra: str) -> None:
        self.home = Home(root)
        self.prefix = prefix
        self.environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment |= {"LIANZHI_HOME": str(root)} | extra

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        command = [*self.prefix, sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
        )

    def run(self, *arguments: str) -> str:
        """The output of a command; it fails the test when the command fails or leaves its pipes open."""
        with self.popen(*arguments) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        return out

    def state(self) -> str:
        return embedded.status(self.home)

    def supervisor(self) -> int:
        pid = embedded.supervisor_pid(self.home)
        assert pid is not None
        return pid

    def stop(self) -> None:
        embedded.stop(self.home)

    def query(self, statement: str, role: str = APP_ROLE) -> Any:
        connection = psycopg2.connect(host=str(self.home.sockets), port=PORT, dbname="lianzhi", user=role)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()

    def processes(self) -> list[str]:
        """Command lines of everything that runs for this home."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                except OSError:
                    continue
                if any(str(self.home.root) in word or str(self.home.sockets) in word for word in words):
                    found.append(" ".join(words))
        return found


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    yield made
    made.stop()


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_command_starts_the_servers_and_stop_returns_when_they_are_gone(installation: Installation) -> None:
    assert json.loads(installation.run("embedded", "status", "--json"))["state"] == "stopped"
    installation.run("embedded", "start")
    found = json.loads(installation.run("embedded", "status", "--json"))
    assert found["state"] == "running"
    assert installation.query("SELECT version() LIKE 'PostgreSQL 18%'") is True
    assert installation.query("SHOW listen_addresses") == ""
    assert len(installation.processes()) >= 2
    assert installation.run("embedded", "stop").startswith("stopped")
    assert installation.state() == "stopped"
    assert installation.processes() == []


def test_data_survive_a_stop_and_a_second_start(installation: Installation) -> None:
    installation.run("embedded", "start")
    installation.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
    installation.stop()
    installation.run("embedded", "start")
    assert installation.query("SELECT n FROM kept", OWNER_ROLE) == 7


def test_kill_9_of_the_supervisor_leaves_nothing_running_and_the_next_start_is_clean(
    installation: Installation,
) -> None:
    installation.run("embedded", "start")
    installation.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
    os.kill(installation.supervisor(), signal.SIGKILL)
    assert eventually(lambda: installation.processes() == [])
    assert not locks.is_held(installation.home.servers_lock)
    installation.run("embedded", "start")
    assert installation.query("SELECT n FROM kept", OWNER_ROLE) == 7


def test_kill_9_of_everything_at_once_is_recovered_from(installation: Installation) -> None:
    """The pid file of a killed postmaster stays behind, naming a process that may be a zombie or a stranger."""
    installation.run("embedded", "start")
    installation.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
    postmaster = int((installation.home.data / "postmaster.pid").read_text().split()[0])
    os.kill(installation.supervisor(), signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    assert eventually(lambda: not locks.is_held(installation.home.servers_lock))
    (installation.home.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{installation.home.data}\n0\n5432\n\n\n\n\n"
    )
    installation.run("embedded", "start")
    assert installation.query("SELECT n FROM kept", OWNER_ROLE) == 7


def test_a_server_that_dies_takes_the_rest_with_it_and_the_next_command_starts_afresh(
    installation: Installation,
) -> None:
    installation.run("embedded", "start")
    postmaster = int((installation.home.data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert eventually(lambda: installation.processes() == [])
    installation.run("embedded", "start")
    assert installation.query("SELECT 1") == 1


def test_commands_at_the_same_moment_start_one_cluster(installation: Installation) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: installation.run("embedded", "start"), range(4)))
    postmasters = [line for line in installation.processes() if "/bin/postgres" in line]
    supervisors = (installation.home.log / "supervisor.log").read_text().count("supervisor ")
    assert (len(postmasters), supervisors) == (1, 1)


def test_they_end_when_nobody_uses_them_but_not_before(tmp_path: Path) -> None:
    idle = Installation(tmp_path / "home", LIANZHI_IDLE_SECONDS="1")
    user = idle.popen("shell", "-v", "0", "-c", "import time; print('here', flush=True); time.sleep(60)")
    assert user.stdout is not None
    assert user.stdout.readline() == "here\n"
    time.sleep(3)
    assert idle.state() == "running", "a living command keeps them"
    user.kill()
    user.communicate()
    assert eventually(lambda: idle.state() == "stopped"), "a killed command does not"
    assert idle.processes() == []


def test_an_open_session_keeps_them_running(tmp_path: Path) -> None:
    idle = Installation(tmp_path / "home", LIANZHI_IDLE_SECONDS="1")
    idle.run("embedded", "start")
    session = psycopg2.connect(host=str(idle.home.sockets), port=PORT, dbname="lianzhi", user=APP_ROLE)
    time.sleep(3)
    assert idle.state() == "running"
    session.close()
    assert eventually(lambda: idle.state() == "stopped")


def test_a_path_with_spaces_and_chinese_works(tmp_path: Path) -> None:
    home = tmp_path / "有 空格, 逗号 和“引号”的目录 100%" / ("很长的名字" * 8)
    made = Installation(home)
    try:
        made.run("embedded", "start")
        assert made.query("SELECT '张' ~ '[[:alpha:]]'") is True
        assert len(os.fsencode(made.home.sockets)) < 60
    finally:
        made.stop()
    assert made.processes() == []


def test_a_locale_that_is_not_generated_does_no_harm(tmp_path: Path) -> None:
    made = Installation(tmp_path / "home", LC_ALL="zh_CN.UTF-8", LANG="zh_CN.GB18030")
    try:
        made.run("embedded", "start")
        assert made.query("SHOW server_encoding") == "UTF8"
    finally:
        made.stop()


def test_nobody_else_can_enter_the_home_or_read_the_key(installation: Installation) -> None:
    installation.run("embedded", "start")
    for directory in (installation.home.root, installation.home.data, installation.home.sockets):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700, directory
    installation.run("help")  # reads the settings, which need a key
    assert stat.S_IMODE(installation.home.secret_key.stat().st_mode) == 0o600


def test_it_works_as_an_ordinary_user(open_directory: Path) -> None:
    """As root, the test becomes `nobody`, or, where that user cannot reach the interpreter, a user namespace."""
    prefix: tuple[str, ...] = ()
    if os.geteuid() == 0:
        again = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import psycopg2'], check=True)"
        nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        reaches = subprocess.run([*nobody, sys.executable, "-c", again], cwd="/", capture_output=True, check=False)
        prefix = nobody if reaches.returncode == 0 else ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    made = Installation(open_directory / "home", prefix)
    try:
        made.run("embedded", "start")
        assert made.query("SELECT 1") == 1
    finally:
        made.stop()
    assert made.processes() == []


def test_root_without_user_namespaces_lets_postgres_run_as_nobody(
    open_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or says what to do, where `nobody` cannot reach the programs. An ordinary user never gets there."""
    monkeypatch.setattr(postgres, "run_as", lambda: RunAs.NOBODY if os.geteuid() == 0 else RunAs.SELF)
    sockets = open_directory / "run"
    sockets.mkdir()
    cluster = postgres.Cluster(open_directory / "data", sockets, open_directory / "log")
    nobody_reaches_it = all(parent.stat().st_mode & 0o001 for parent in postgres.binary("postgres").parents)
    if os.geteuid() == 0 and not nobody_reaches_it:
        with pytest.raises(EmbeddedError, match="run as an ordinary user"):
            cluster.start()
        return
    try:
        cluster.start()
        postgres.bootstrap(cluster, "lianzhi")
        owner = (open_directory / "data").stat().st_uid
        assert owner == (65534 if os.geteuid() == 0 else os.geteuid())
    finally:
        cluster.stop()


def test_a_home_that_is_somebody_elses_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(EmbeddedError, match="LIANZHI_HOME"):
        make_private(tmp_path / "link")


def test_a_short_plain_path_keeps_its_sockets_and_every_other_gets_a_short_one(tmp_path: Path) -> None:
    assert socket_directory(Path("/srv/lianzhi/.local/run")) == Path("/srv/lianzhi/.local/run")
    for path in (Path("/srv") / ("x" * 100), Path("/srv/a b"), Path("/srv/a,b"), Path("/srv/链治")):
        short = socket_directory(path)
        assert re.fullmatch(r"[A-Za-z0-9._/-]{1,85}", str(short)), short
        assert short == socket_directory(path)


def test_commands_that_need_no_server_start_none(installation: Installation) -> None:
    for arguments in (["--help"], ["help"], ["migrate", "--help"], ["embedded", "status"]):
        installation.run(*arguments)
    assert installation.state() == "stopped"


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everybody may enter; pytest's own is closed."""
    path = Path(tempfile.mkdtemp(prefix="lianzhi-open-"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)
