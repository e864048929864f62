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
    from config.embedded.redis import Redis

    root = Path(tempfile.mkdtemp(prefix="lianzhi-bench-"))
    sockets = socket_directory(root / "run")
    sockets.mkdir(mode=0o700, exist_ok=True)
    broker = Redis(root / "redis", sockets, root / "redis.log", durable=False)
    try:
        if redis:
            broker.start()
        with _lent(Path(LENT)) if LENT else _own(root, OPTIONS | dict(options or {})) as cluster:
            _lead_to(cluster.sockets, broker.socket)
            _set_up()
            yield Sandbox(cluster, broker)
    finally:
        broker.stop()
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _own(root: Path, options: Mapping[str, str]) -> Iterator[Any]:
    """A cluster of its own with an empty database."""
    from config.embedded.postgres import bootstrap

    cluster = _cluster(root, options)
    try:
        cluster.start()
        bootstrap(cluster, DATABASE)
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def _lent(root: Path) -> Iterator[Any]:
    """The running cluster there with a clone of the migrated database; both clones of a bench are gone after it."""
    from config.embedded import OWNER_ROLE

    def run(*statements: str) -> None:
        with closing(cluster.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    cluster, template = _cluster(root, {}), os.environ["BENCH_TEMPLATE"]
    drop = [f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (DATABASE, BY_HAND)]
    try:
        run(*drop, f'CREATE DATABASE "{DATABASE}" TEMPLATE "{template}" OWNER "{OWNER_ROLE}"')
        yield cluster
    finally:
        run(*drop)


def _cluster(root: Path, options: Mapping[str, str]) -> Any:
    from config.embedded.home import socket_directory
    from config.embedded.postgres import Cluster

    return Cluster(root / "postgres", socket_directory(root / "run"), root / "postgres.log", options)


def _lead_to(sockets: Path, broker: Path) -> None:
    from config.embedded import APP_ROLE, OWNER_ROLE
    from config.embedded.home import PORT

    for name, role in (("DATABASE_URL", APP_ROLE), ("DATABASE_OWNER_URL", OWNER_ROLE)):
        os.environ[name] = f"postgresql://{role}@/{DATABASE}?host={sockets}&port={PORT}"
    os.environ["REDIS_URL"] = f"unix://{broker}?db=0"
    os.environ["LIANZHI_DEMO"] = "true"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.setdefault("SECRET_KEY", "a key for benches that protects nothing at all, 0123456789")


def _set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    if not LENT:
        call_command("migrate", verbosity=0)
