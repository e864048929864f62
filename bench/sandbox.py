"""A throwaway PostgreSQL for one bench: own cluster, migrated, both roles, gone when the bench ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

DATABASE = "bench"
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
    from config.embedded import APP_ROLE, OWNER_ROLE
    from config.embedded.home import PORT, socket_directory
    from config.embedded.postgres import Cluster, bootstrap
    from config.embedded.redis import Redis

    root = Path(tempfile.mkdtemp(prefix="lianzhi-bench-"))
    sockets = socket_directory(root / "run")
    sockets.mkdir(mode=0o700, exist_ok=True)
    cluster = Cluster(root / "postgres", sockets, root / "postgres.log", OPTIONS | dict(options or {}))
    broker = Redis(root / "redis", sockets, root / "redis.log", durable=False)
    try:
        cluster.start()
        if redis:
            broker.start()
        bootstrap(cluster, DATABASE)
        for name, role in (("DATABASE_URL", APP_ROLE), ("DATABASE_OWNER_URL", OWNER_ROLE)):
            os.environ[name] = f"postgresql://{role}@/{DATABASE}?host={sockets}&port={PORT}"
        os.environ["REDIS_URL"] = f"unix://{broker.socket}?db=0"
        os.environ["LIANZHI_DEMO"] = "true"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ.setdefault("SECRET_KEY", "a key for benches that protects nothing at all, 0123456789")
        _migrate()
        yield Sandbox(cluster, broker)
    finally:
        broker.stop()
        cluster.stop()
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
