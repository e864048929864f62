"""Nobody changes or removes an audit row: not the application, not the owner, not a superuser in passing."""

from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import transaction

from audit.services import erase_sealed
from tests.servers import Servers

from .conftest import ADMIN, NINE, Record

CHANGES = [
    "UPDATE audit_event SET action = 'x'",
    "UPDATE audit_event SET action = 'x' WHERE false",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "UPDATE audit_sealed SET data = '{}'",
    "DELETE FROM audit_sealed",
    "TRUNCATE audit_sealed",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_has_no_right_to(fresh_db: Any, note: Record, statement: str) -> None:
    note(sealed={"to": "张三"})
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), closing(psycopg2.connect(fresh_db.database_url)) as app:
        app.cursor().execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_is_refused_by_a_trigger(fresh_db: Any, note: Record, statement: str) -> None:
    note(sealed={"to": "张三"})
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, pytest.raises(psycopg2.Error) as refused:
        owner.cursor().execute(statement)
    assert refused.value.pgcode == "LZ003"
    assert "refused" in str(refused.value)


@pytest.mark.parametrize("statement", CHANGES)
def test_switching_ordinary_triggers_off_does_not_help_a_superuser(
    servers: Servers, fresh_db: Any, note: Record, statement: str
) -> None:
    note(sealed={"to": "张三"})
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg2.Error) as refused:
            cursor.execute(statement)
    assert refused.value.pgcode == "LZ003"


def test_the_record_of_an_old_erasure_does_not_cover_a_new_one(fresh_db: Any, note: Record) -> None:
    done = note(sealed={"to": "张三"})
    with transaction.atomic():
        erase_sealed(event_id=done.event_id, reason="retention_expired", actor=ADMIN, now=NINE)
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, owner.cursor() as cursor:
        cursor.execute("INSERT INTO audit_sealed VALUES (%s, %s, '{}')", [done.event_id, bytes(16)])
        owner.commit()
        with pytest.raises(psycopg2.Error, match="erase through audit_erase"):
            cursor.execute("DELETE FROM audit_sealed")
