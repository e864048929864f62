"""Sends the queries of migrations to the owner's connection, so that no migration needs to name a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

OWNER = "owner"

_migrating: ContextVar[bool] = ContextVar("migrating", default=False)


@contextmanager
def migrating() -> Iterator[None]:
    token = _migrating.set(True)
    try:
        yield
    finally:
        _migrating.reset(token)


class MigrationsAsOwner:
    """Outside `migrate` it decides nothing, and Django uses "default", the application role."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return OWNER if _migrating.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return OWNER if _migrating.get() else None

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool | None:
        """Both aliases are the same database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db == OWNER
