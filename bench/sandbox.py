"""A throwaway PostgreSQL for one bench: own cluster, migrated, both roles, gone when the bench ends.

Small runs whose figures nobody reads (the tests) lend it a running cluster and a migrated database to clone there:
`BENCH_CLUSTER` names the cluster's root, `BENCH_TEMPLATE` the database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

DATABASE, BY_HAND = "bench", "by_hand"
LENT = os.environ.get("BENCH_CLUSTER", "")
OPTIONS = {
    "shared_buffers": "2GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "8GB",
    "random_page_cost": "1.1",
}


class Sandbox(NamedTuple):
    """The running cluster and its Redis; `connect(user)` opens a psycopg2 connection to the migrated database."""

    cluster: Any
    redis: Any

    def connect(self, user: str) -> Any:
        return self.cluster.connect(DATABASE, user)


@contextmanager
def sandbox(*, redis: bool = False, options: Mapping[str, str] | None = None) -> Iterator[Sandbox]:
    """Must be entered before Django reads its settings: it leads them to the sandbox; with a Redis where asked for."""
    from config.embedded.home import socket_directory
    from config.embedded.postgres import Cluster
    from config.embedded.redis import Redis

    root = Path(tempfile.mkdtemp(prefix="lianzhi-bench-"))
    sockets = socket_directory(root / "run")
    sockets.mkdir(mode=0o700, exist_ok=True)
    lent = Path(LENT) if LENT else root
    database = Cluster(
        lent / "postgres", socket_directory(lent / "run"), lent / "postgres.log", OPTIONS | (options or {})
    )
    broker = Redis(root / "redis", sockets, root / "redis.log", durable=False)
    try:
        if redis:
            broker.start()
        _lead_to(database.sockets, broker.socket)
        (_clone if LENT else _make)(database)
        yield Sandbox(database, broker)
    finally:
        broker.stop()
        (_drop if LENT else Cluster.stop)(database)
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


def _lead_to(sockets: Path, broker: Path) -> None:
    from config.embedded import APP_ROLE, OWNER_ROLE
    from config.embedded.home import PORT

    for name, role in (("DATABASE_URL", APP_ROLE), ("DATABASE_OWNER_URL", OWNER_ROLE)):
        os.environ[name] = f"postgresql://{role}@/{DATABASE}?host={sockets}&port={PORT}"
    os.environ["REDIS_URL"] = f"unix://{broker}?db=0"
    os.environ["LIANZHI_DEMO"] = "true"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.setdefault("SECRET_KEY", "a key for benches that protects nothing at all, 0123456789")


def _make(cluster: Any) -> None:
    import django
    from django.core.management import call_command

    from config.embedded.postgres import bootstrap

    cluster.start()
    bootstrap(cluster, DATABASE)
    django.setup()
    call_command("migrate", verbosity=0)


def _clone(cluster: Any) -> None:
    import django

    from config.embedded import OWNER_ROLE

    _drop(cluster)
    with closing(cluster.connect()) as connection, connection.cursor() as cursor:
        template = os.environ["BENCH_TEMPLATE"]
        cursor.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{template}" OWNER "{OWNER_ROLE}"')
    django.setup()


def _drop(cluster: Any) -> None:
    """With the databases that a bench cloned from its own."""
    with closing(cluster.connect()) as connection, connection.cursor() as cursor:
        for name in (DATABASE, BY_HAND):
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
