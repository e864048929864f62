"""Where the embedded servers keep their things: one directory, `.local/` or LIANZHI_HOME, closed to other users."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.env import Env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PORT = 5432  # only part of the socket's file name; nothing listens on TCP
DATABASE = "lianzhi"
OWNER_ROLE = "lianzhi_owner"
APP_ROLE = "lianzhi_app"

# The address of a UNIX socket holds at most 107 bytes, and ours is the directory plus "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_DIRECTORY = 85
# libpq splits a host at commas, Redis and Celery read the path out of a URL: a plain path needs no quoting anywhere.
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
# Not what TMPDIR says: every command has to find the same sockets, and TMPDIR may itself be long.
SHORT_DIRECTORY = Path("/tmp")  # noqa: S108 — only directories that are ours alone are used in it


class EmbeddedError(Exception):
    """The embedded servers cannot do what was asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The paths below one home directory. Nothing is created before `create()`."""

    root: Path

    @classmethod
    def from_env(cls, env: Env | None = None) -> Home:
        return cls((env or Env()).directory("LIANZHI_HOME", BASE_DIR / ".local"))

    @property
    def data(self) -> Path:
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def state(self) -> Path:
        """One word of the running supervisor: starting, ready or stopping."""
        return self.root / "state"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the servers, for its whole life: who holds it is not idle."""
        return self.root / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held while one command starts the supervisor, so that two commands start one."""
        return self.root / "start.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the supervisor for its life; its process id stands in the file."""
        return self.root / "supervisor.lock"

    @property
    def demo_lock(self) -> Path:
        """Held by the demo, of which there is one: when it is killed, the servers go with it."""
        return self.root / "demo.lock"

    @property
    def servers_lock(self) -> Path:
        """Inherited by both servers and all their processes: free means that really nothing is left running."""
        return self.root / "servers.lock"

    @property
    def secret_key(self) -> Path:
        return self.root / "secret_key"

    @property
    def sockets(self) -> Path:
        return socket_directory(self.root / "run")

    @property
    def both_sockets(self) -> tuple[Path, Path]:
        return self.sockets / f".s.PGSQL.{PORT}", self.sockets / "redis.sock"

    def create(self) -> None:
        make_private(self.root)
        make_private(self.log)

    def database_url(self, role: str = APP_ROLE, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}&port={PORT}"

    def redis_url(self) -> str:
        return f"unix://{self.sockets}/redis.sock?db=0"


def socket_directory(wanted: Path) -> Path:
    """The directory itself, or a short one in the system's temporary folder where the path is long or not plain."""
    path = str(wanted)
    if len(path) <= LONGEST_SOCKET_DIRECTORY and PLAIN_PATH.fullmatch(path):
        return wanted
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    short = SHORT_DIRECTORY if os.access(SHORT_DIRECTORY, os.W_OK) else Path(tempfile.gettempdir())
    return short / f"lianzhi-{os.geteuid()}-{digest}"


def make_private(path: Path) -> None:
    """Make a directory of our own that others cannot enter; refuse one that somebody else has put there."""
    with explained(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if path.is_symlink() or found.st_uid != os.geteuid():
            raise EmbeddedError(
                f"{path} is a link or belongs to another user; set LIANZHI_HOME to a directory of your own."
            )
        if found.st_mode & 0o077:
            path.chmod(0o700)


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """A full disk, a read-only one, somebody else's directory: told as a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(
            f"{error.filename or place} cannot be used ({error.strerror}); make room there, "
            "or set LIANZHI_HOME to a directory that you can write."
        ) from error
