"""The servers of one test run: a throwaway PostgreSQL cluster and a Redis in memory, and databases cloned in it.

Nothing of it survives the run: the servers die with pytest, even at kill -9, and a later run removes what such an end
left in memory. Many short runs (tools/mutate.py) borrow one cluster with its templates: `TEST_CLUSTER` names its root.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from config.embedded import APP_ROLE, OWNER_ROLE, locks
from config.embedded.home import PORT, socket_directory
from config.embedded.postgres import Cluster, bootstrap
from config.embedded.redis import Redis

PREFIX = "lianzhi-test-"
YOUNG_SECONDS = 30
TEMPLATE, DEMO_TEMPLATE = "lianzhi_template", "lianzhi_demo_template"
# The root of a running cluster that somebody else started, migrated and stops.
LENT = os.environ.get("TEST_CLUSTER", "")
_OWN = f"_{os.getpid()}" if LENT else ""
TEST, DEMO_TEST = f"lianzhi_test{_OWN}", f"lianzhi_demo_test{_OWN}"
# Nobody needs these data after a crash. No vacuum by chance: one that comes while all rows of a table belong to a test
# that takes them back notes that the table is empty. test_lookups_misled.py does that on purpose.
FAST = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}
# Both processes of a whole run take more than a gigabyte together; a container often has a shared memory of 64 MB.
MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3


def has_room(folder: Path) -> bool:
    """Whether the clusters fit into this folder."""
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM


class Servers:
    """Addresses are known at once, since settings need them; the servers start with the first test that wants them."""

    def __init__(self) -> None:
        parent = MEMORY if has_room(MEMORY) else Path(tempfile.gettempdir())
        remove_leftovers(parent)
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self.lock = locks.acquire(self.root / "lock")
        self.sockets = socket_directory(self.root / "run")
        self.redis = Redis(self.root / "redis", self.sockets, self.root / "redis.log", durable=False)
        lent = self.database_root = Path(LENT) if LENT else self.root
        self.database_sockets = socket_directory(lent / "run")
        self.cluster = Cluster(lent / "postgres", self.database_sockets, lent / "postgres.log", FAST)
        self._numbers = itertools.count(1)
        self._running = False

    @property
    def redis_url(self) -> str:
        return f"unix://{self.redis.socket}?db=0"

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.database_sockets}&port={PORT}"

    def environment(self, database: str) -> Mapping[str, str]:
        """What a process needs to use this database."""
        return {
            "DATABASE_URL": self.url(APP_ROLE, database),
            "DATABASE_OWNER_URL": self.url(OWNER_ROLE, database),
            "REDIS_URL": self.redis_url,
        }

    def start(self) -> None:
        """Both servers and an empty template database; a second call does nothing."""
        if self._running:
            return
        self._running = True
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if not LENT:
            self.cluster.start()
            bootstrap(self.cluster, TEMPLATE)
        self.redis.start()

    def stop(self) -> None:
        if self._running:
            self.redis.stop()
            if LENT:
                for name in (TEST, DEMO_TEST):
                    self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            else:
                self.cluster.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def flush_redis(self) -> None:
        if self._running:
            self.redis.command("FLUSHALL")

    def clone(self, template: str, name: str) -> None:
        # As files, three times as fast as page by page through the log: what that is safe from does not matter here.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{OWNER_ROLE}" STRATEGY FILE_COPY')
        # All rights are in the template but those on the database itself, which `migrate` took away there.
        self._run(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')

    @contextmanager
    def throwaway_clone(self, template: str) -> Iterator[str]:
        name = f"clone{_OWN}_{next(self._numbers)}"
        self.clone(template, name)
        try:
            yield name
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with closing(self.cluster.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)


def remove_leftovers(parent: Path) -> None:
    """Directories of runs that were killed: their lock is free. A young one may be about to be locked."""
    for left in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another run is removing it too
            found = left.stat()
            old = time.time() - found.st_mtime > YOUNG_SECONDS
            if old and found.st_uid == os.geteuid() and not locks.is_held(left / "lock"):
                shutil.rmtree(left, ignore_errors=True)
