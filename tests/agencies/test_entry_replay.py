"""Passwords and second factors against their events: what somebody with all rights changed is named."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.db import connection

from agencies.actors import find_actor, system_actor
from agencies.models import User
from agencies.services import change_password, give_password, remove_factor, reset_factors
from audit.verification.ranges import verify_range
from tests.agencies.cast import NOW
from tests.entry_tools import with_app
from tests.servers import Servers

pytestmark = pytest.mark.usefixtures("demo_city")


def lived() -> None:
    with_app("drc-approver1")
    with_app("drc-reviewer1")
    with_app("drc-handler1")
    person = User.objects.get(username="drc-reviewer1")
    reset_factors(actor=system_actor(), user=person, now=NOW)
    owner = User.objects.get(username="drc-handler1")
    number = owner.authenticator_set.get(type="totp").pk
    remove_factor(actor=find_actor("drc-handler1"), user=owner, factor_id=number, now=NOW, session=None)
    secret = give_password(actor=system_actor(), user=person, now=NOW)
    give_password(actor=system_actor(), user=owner, now=NOW)
    change_password(actor=find_actor("drc-reviewer1"), user=person, current=secret, new="Vier Jahreszeiten 26", now=NOW)


def test_what_the_services_did_is_what_the_events_tell() -> None:
    lived()
    assert verify_range(connection.connection, "account/", "account0").problems == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE agencies_password SET must_change = false WHERE must_change", "must_change"),
        ("UPDATE agencies_password SET expires_at = NULL WHERE expires_at IS NOT NULL", "expires_at"),
        (
            (
                "UPDATE agencies_password SET set_at = set_at + interval '90 days'"
                " WHERE user_id = (SELECT id FROM agencies_user WHERE username = 'drc-reviewer1')"
            ),
            "set_at",
        ),
        ("DELETE FROM mfa_authenticator WHERE type = 'totp'", "mfa_authenticator lacks a row that is told"),
        (
            (
                "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
                " SELECT id, 'webauthn', '{}', now() FROM agencies_user WHERE username = 'drc-reviewer1'"
            ),
            "mfa_authenticator has a row that no event tells",
        ),
    ],
)
def test_what_was_changed_behind_the_events_is_named(
    servers: Servers, lived_through: str, statement: str, sentence: str
) -> None:
    with closing(servers.cluster.connect(lived_through)) as root:
        root.autocommit = False
        with root.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in ("agencies_password", "mfa_authenticator"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            cursor.execute(statement)
            found = verify_range(cursor.connection, "account/", "account0").problems
    assert [sentence in problem.en for problem in found] == [True]
