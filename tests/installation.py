"""An installation in embedded mode with a home directory of its own, driven by `manage.py` commands as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2

from config import embedded
from config.embedded import Home
from config.embedded.home import APP_ROLE, PORT

ROOT = Path(__file__).resolve().parent.parent
# What the caller of the tests may have set for an installation of their own.
FOREIGN = (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DEMO_EXIT",
    "REDIS_URL",
    "SECRET_KEY",
    "VAULT_INDEX_KEY",
    "VAULT_KEYS",
)


def is_foreign(name: str) -> bool:
    return name in FOREIGN or name.startswith("LIANZHI_")


class Installation:
    """`prefix` goes before the interpreter (such as setpriv), `extra` into the environment."""

    def __init__(self, root: Path, prefix: tuple[str, ...] = (), **extra: str) -> None:
        self.home = Home(root)
        self.prefix = prefix
        self.environment = {name: value for name, value in os.environ.items() if not is_foreign(name)}
        self.environment |= {"LIANZHI_HOME": str(root)} | extra

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        command = [*self.prefix, sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
        )

    def run(self, *arguments: str, seconds: float = 60) -> str:
        """The output of a command; it fails the test when the command fails or leaves its pipes open."""
        with self.popen(*arguments) as process:
            out, err = process.communicate(timeout=seconds)
        assert process.returncode == 0, err
        return out

    def failure(self, *arguments: str) -> str:
        """What a command complains of that has to fail."""
        with self.popen(*arguments) as process:
            _out, err = process.communicate(timeout=60)
        assert process.returncode == 1, err
        return err

    def start(self) -> None:
        self.run("embedded", "start")

    def stop(self) -> None:
        embedded.stop(self.home)

    def state(self) -> str:
        return embedded.status(self.home)

    def supervisor(self) -> int:
        pid = embedded.supervisor_pid(self.home)
        assert pid is not None
        return pid

    def postmaster(self) -> int:
        return int((self.home.data / "postmaster.pid").read_text().split()[0])

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
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if any(str(self.home.root) in word or str(self.home.sockets) in word for word in words):
                found.append(" ".join(words))
        return found


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    """A zombie, which a container's first process may never collect, has no command line any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
