"""The cast of the audit tests: a person, a way to record, and a superuser who can do what nobody should."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from audit import clock
from audit.actions import Action
from audit.log import EventActor
from audit.services import Recorded, record
from tests.servers import Servers

ADMIN = EventActor(12, "admin1", 7, "agency_admin")
NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)

Record = Callable[..., Recorded]


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    """The clock of the test before is not this one's."""
    clock.forget()
    yield
    clock.forget()


@pytest.fixture
def note() -> Record:
    """Record one event in a transaction of its own."""

    def note_(stream: str = "account/drc-handler1", *, sealed: dict[str, Any] | None = None, **data: Any) -> Recorded:
        with transaction.atomic():
            return record(
                stream=stream,
                action=Action.PASSWORD_CHANGED,  # changes no row, so that the accounts need not exist
                actor=ADMIN,
                data=data or {"role": "reviewer"},
                sealed=sealed,
                now=NINE,
            )

    return note_


@pytest.fixture
def superuser(servers: Servers, fresh_db: Any) -> Iterator[Any]:
    """A cursor of the database's superuser, with the triggers off: whoever owns the machine."""
    with closing(servers.cluster.connect(fresh_db.name)) as connection, connection.cursor() as cursor:
        for table in ("audit_event", "audit_sealed"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield cursor
