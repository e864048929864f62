"""Drills: the embedded servers are killed in every order, and the next command finds its data again."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import client, locks
from config.embedded.home import OWNER_ROLE
from tests.installation import Installation, eventually


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    yield made
    made.stop()


def test_kill_9_of_the_supervisor_leaves_nothing_running_and_the_next_start_is_clean(
    installation: Installation,
) -> None:
    installation.start()
    installation.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
    os.kill(installation.supervisor(), signal.SIGKILL)
    assert eventually(lambda: installation.processes() == [])
    assert not locks.is_held(installation.home.servers_lock)
    installation.start()
    assert installation.query("SELECT n FROM kept", OWNER_ROLE) == 7


def test_kill_9_of_everything_at_once_is_recovered_from(installation: Installation) -> None:
    """The pid file of a killed postmaster stays behind, naming a process that may be a zombie or a stranger."""
    installation.start()
    installation.query("CREATE TABLE kept AS SELECT 7 AS n", OWNER_ROLE)
    postmaster = installation.postmaster()
    os.kill(installation.supervisor(), signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    assert eventually(lambda: not locks.is_held(installation.home.servers_lock))
    (installation.home.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{installation.home.data}\n0\n5432\n\n\n\n\n"
    )
    installation.start()
    assert installation.query("SELECT n FROM kept", OWNER_ROLE) == 7


def test_a_server_that_dies_takes_the_rest_with_it_and_the_next_command_starts_afresh(
    installation: Installation,
) -> None:
    installation.start()
    postmaster = installation.postmaster()
    os.kill(postmaster, signal.SIGKILL)
    assert eventually(lambda: installation.processes() == [])
    installation.start()
    assert installation.query("SELECT 1") == 1


def test_a_command_right_after_the_death_of_a_server_does_not_find_it_ready(installation: Installation) -> None:
    """The supervisor sees a death within a fraction of a second; until then its last word is still "ready"."""
    installation.start()
    os.kill(installation.postmaster(), signal.SIGKILL)
    assert eventually(lambda: not client._takes_connections(installation.home.both_sockets[0]))
    assert not client._is_ready(installation.home)
    installation.start()
    assert installation.query("SELECT 1") == 1


def test_a_command_that_is_killed_while_it_starts_them_leaves_them_whole(installation: Installation) -> None:
    starting = installation.popen("embedded", "start")
    assert eventually(installation.home.state.exists)
    starting.kill()
    starting.communicate()
    assert eventually(lambda: installation.state() == "running")
    assert installation.query("SELECT 1") == 1


def test_servers_end_with_a_demo_that_was_killed_and_a_second_demo_is_refused(installation: Installation) -> None:
    claim = "from config import embedded; import time; print(embedded.claim_demo(), flush=True); time.sleep(99)"
    demo = installation.popen("shell", "-v", "0", "-c", claim)
    assert demo.stdout is not None
    assert demo.stdout.readline() == "True\n"
    assert "中已有一个演示在运行" in installation.failure("demo")
    time.sleep(6)  # the supervisor looks every five seconds
    assert installation.state() == "running"
    demo.kill()
    demo.communicate()
    assert eventually(lambda: installation.processes() == [])


def test_a_home_that_is_removed_under_their_feet_ends_them(installation: Installation) -> None:
    installation.start()
    assert eventually(lambda: removed(installation.home.root))
    assert eventually(lambda: installation.processes() == [])
    installation.start()
    assert installation.query("SELECT 1") == 1


def removed(root: Path) -> bool:
    """Removes what is there now; servers that still run may write a file into a directory that is being emptied."""
    shutil.rmtree(root, ignore_errors=True)
    return not root.exists()
