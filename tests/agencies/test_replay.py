"""Accounts, roles, agencies and parameters: no change without its event, and what was changed behind it is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import system_actor
from agencies.models import Agency, Membership, User
from agencies.services import (
    close_agency,
    create_agency,
    create_client,
    disable_user,
    enable_user,
    end_client,
    end_role,
    grant_role,
    rotate_client_secret,
    set_parameter,
)
from audit.log import EventActor
from audit.services import erase_sealed
from audit.verification.projections import Problem
from audit.verification.ranges import verify_range
from tests.agencies.cast import NOW, told
from tests.servers import Servers

pytestmark = pytest.mark.usefixtures("demo_city")
PERSON = "(SELECT id FROM agencies_user WHERE username = 'drc-handler1')"
NEW_ROLE = f"""INSERT INTO agencies_membership (user_id, agency_id, role, active, since, ceiling, granted_by_id)
    SELECT {PERSON}, agency_id, 'approver', true, now(), 'internal', granted_by_id FROM agencies_membership
    WHERE active AND user_id = {PERSON}"""
NEW_ACCOUNT = """INSERT INTO agencies_user (password, username, display_name, staff_no, language, is_active, is_system,
    created_at) VALUES ('!', 'ghost', '鬼', '', 'zh', true, false, now())"""
NEW_PARAMETER = """INSERT INTO agencies_regionparameter (region_id, key, value, effective_from, source)
    VALUES ('3203', 'deadline.other', '1', '2026-01-01', 'x')"""
TABLES = (
    "agencies_user",
    "agencies_membership",
    "agencies_agency",
    "agencies_regionparameter",
    "agencies_client",
    "oauth2_provider_application",
    "audit_event",
)


def lived() -> None:
    """Some years of a city: roles that ended and came back, an account that was out of use, values that follow."""
    system, person = system_actor(), User.objects.get(username="drc-handler1")
    drc = Agency.objects.get(code="320300-drc")
    end_role(actor=system, membership=Membership.objects.get(user=person, role="handler"), now=NOW)
    grant_role(actor=system, user=person, agency=drc, role="handler", now=NOW, ceiling="internal")
    disable_user(actor=system, user=User.objects.get(username="drc-handler2"), now=NOW)
    for change in (disable_user, enable_user):
        change(actor=system, user=User.objects.get(username="drc-reviewer1"), now=NOW)
    empty = create_agency(
        actor=system,
        code="320300-grid-x",
        kind="grid_company",
        region="3203",
        name="某中心",
        short_name="中心",
        monogram="心",
        parent=Agency.objects.get(code="320300-grid"),
        now=NOW,
    )
    close_agency(actor=system, agency=empty, now=NOW)
    telecom = Agency.objects.get(code="320300-telecom")
    for username in ("feed-one", "feed-two"):
        client, _ = create_client(
            actor=system, agency=telecom, username=username, display_name="系统", scopes=["cases:read"], now=NOW
        )
    rotate_client_secret(actor=system, client=client, now=NOW)
    end_client(actor=system, client=client, now=NOW)
    for start, days in ((date(2026, 6, 1), 5), (date(2026, 1, 1), 4), (date(2027, 1, 1), 2)):
        set_parameter(
            actor=system,
            region="320300",
            key="deadline.triage",
            value={"amount": days, "unit": "working_days"},
            effective_from=start,
            source="徐发改〔2026〕12号",
            now=NOW,
        )


def test_what_the_services_did_is_what_the_events_tell() -> None:
    lived()
    assert verify_range(connection.connection, "", "\U0010ffff").problems == []


def test_an_erased_name_is_no_difference() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM audit_event WHERE stream = 'account/drc-handler1' AND seq = 1")
        created = cursor.fetchone()[0]
    erase_sealed(event_id=created, reason="retention_expired", actor=EventActor(None, "system"), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_sealed WHERE event_id = %s", [created])
        assert cursor.fetchone() == (0,)
    assert verify_range(connection.connection, "account/", "account0").problems == []


# --- no change without an event ---------------------------------------------------------------------------------------


CHANGES = {
    "UPDATE agencies_user SET is_active = false WHERE username = 'drc-handler1'": "account/drc-handler1",
    "UPDATE agencies_user SET display_name = '别人' WHERE username = 'drc-handler1'": "account/drc-handler1",
    f"UPDATE agencies_membership SET role = 'approver' WHERE user_id = {PERSON}": "account/drc-handler1",
    NEW_ROLE: "account/drc-handler1",
    NEW_ACCOUNT: "account/ghost",
    "UPDATE agencies_agency SET duties = '{}' WHERE code = '320300-drc'": "agency/320300-drc",
    NEW_PARAMETER: "config/deadline.other",
}


def done(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_changes_nothing_without_an_event_of_the_same_transaction(
    fresh_db: Any, statement: str
) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():  # noqa: PT012 — refused when the block ends
        done(statement)
        told("account/somebody-else")
    assert refused.value.__cause__.pgcode == "LZ002"
    assert f"{CHANGES[statement]} has no event of this transaction" in str(refused.value)
    with transaction.atomic():
        done(statement)
        told(CHANGES[statement])


def test_an_event_of_an_earlier_transaction_does_not_cover_a_change(fresh_db: Any) -> None:
    disable_user(actor=system_actor(), user=User.objects.get(username="drc-handler1"), now=NOW)
    with pytest.raises(DatabaseError, match="has no event of this transaction"), transaction.atomic():
        User.objects.filter(username="drc-handler1").update(is_active=True)


def test_a_login_needs_no_event_for_what_it_writes_in_the_row(fresh_db: Any) -> None:
    with transaction.atomic():
        User.objects.filter(username="drc-handler1").update(last_login=NOW, password="x")
    assert User.objects.get(username="drc-handler1").last_login == NOW


# --- what somebody with all rights changed ----------------------------------------------------------------------------


@pytest.fixture
def root(servers: Servers, lived_through: str) -> Iterator[Any]:
    """A superuser's cursor with the triggers off, in a transaction that is taken back."""
    with closing(servers.cluster.connect(lived_through)) as connection_:
        connection_.autocommit = False
        with connection_.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            yield cursor


def found(root: Any) -> list[Problem]:
    return verify_range(root.connection, "", "\U0010ffff").problems


@pytest.mark.parametrize(
    ("statement", "stream", "words"),
    [
        ("UPDATE agencies_user SET is_active = false WHERE username = 'drc-handler1'", "account/", "账号的“is_active”"),
        ("UPDATE agencies_user SET is_system = true WHERE username = 'drc-handler1'", "account/", "账号的“is_system”"),
        ("UPDATE agencies_user SET language = 'en' WHERE username = 'drc-handler1'", "account/", "账号的“language”"),
        (
            "UPDATE agencies_user SET display_name = '别人' WHERE username = 'drc-handler1'",
            "account/",
            "“display_name”",
        ),
        ("UPDATE agencies_user SET staff_no = 'XZ9' WHERE username = 'drc-handler1'", "account/", "“staff_no”"),
        ("UPDATE agencies_user SET username = 'else' WHERE username = 'drc-handler1'", "account/", "已不在表中"),
        ("UPDATE agencies_user SET is_active = false WHERE is_system", "account/system", "系统账号的“is_active”"),
        (f"UPDATE agencies_membership SET role = 'approver' WHERE active AND user_id = {PERSON}", "account/", "角色"),
        (
            f"UPDATE agencies_membership SET ceiling = 'ordinary' WHERE active AND user_id = {PERSON}",
            "account/",
            "角色",
        ),
        (
            f"UPDATE agencies_membership SET since = since - interval '1 day' WHERE active AND user_id = {PERSON}",
            "account/",
            "角色",
        ),
        (
            f"DELETE FROM agencies_membership WHERE NOT active AND user_id = {PERSON}",
            "account/",
            "角色缺少事件所记的一行",
        ),
        (NEW_ROLE, "account/drc-handler1", "角色中有一行没有事件记载"),
        (NEW_ACCOUNT, "account/ghost", "账号没有建立的记录"),
        ("UPDATE agencies_agency SET duties = '{}' WHERE code = '320300-drc'", "agency/", "单位的“duties”"),
        ("UPDATE agencies_agency SET name = 'x' WHERE code = '320300-drc'", "agency/", "单位的“name”"),
        ("UPDATE agencies_agency SET active = true WHERE code = '320300-grid-x'", "agency/", "单位的“active”"),
        ("UPDATE agencies_agency SET parent_id = NULL WHERE code = '320302-grid'", "agency/", "单位的“parent”"),
        ("UPDATE agencies_regionparameter SET value = '9' WHERE effective_to IS NULL", "config/", "地区参数缺少"),
        ("DELETE FROM agencies_regionparameter WHERE effective_to IS NULL", "config/", "地区参数缺少"),
        (NEW_PARAMETER, "config/deadline.other", "地区参数中有一行没有事件记载"),
        (
            "DELETE FROM audit_event WHERE stream = 'account/drc-handler2' AND action = 'account_disabled'",
            "account/",
            "",
        ),
        ("UPDATE agencies_client SET scopes = '{findings:write}' WHERE active", "account/feed-one", "系统的“scopes”"),
        ("UPDATE agencies_client SET ended_at = now() WHERE NOT active", "account/feed-two", "系统的“ended_at”"),
        ("DELETE FROM agencies_client WHERE active", "account/feed-one", "外部系统已不在表中"),
        ("UPDATE oauth2_provider_application SET client_id = 'x' WHERE name = 'feed-one'", "account/", "“client_id”"),
        ("DELETE FROM audit_event WHERE stream = 'agency/320300-drc'", "agency/", "单位没有建立的记录"),
    ],
)
def test_a_row_that_differs_from_its_events_is_named(root: Any, statement: str, stream: str, words: str) -> None:
    assert found(root) == []
    root.execute(statement)
    assert root.rowcount == 1
    problems = found(root)
    assert problems[0].stream.startswith(stream)
    assert words in problems[0].zh
    assert {problem.code for problem in problems} == {"projection"}


def test_damaged_events_of_one_account_hide_nothing_of_the_others(root: Any) -> None:
    root.execute(
        """UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), '"role":"handler"', '"rule":1'),
           'UTF8') WHERE stream = 'account/drc-handler1' AND seq = 2"""
    )
    root.execute("UPDATE agencies_user SET language = 'en' WHERE username = 'grid-handler1'")
    named = {(problem.stream, problem.code) for problem in found(root)}
    assert {("account/drc-handler1", "replay"), ("account/grid-handler1", "projection")} <= named
    assert ("account/drc-handler1", "projection") not in named
