"""A small city at work, whose cases one world more has: people who see them and people who do not."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import DatabaseError, connection

from tests.workflow.world import World

# What nobody reads but the functions that log somebody, or some system, in.
GETTING_IN = (
    *("agencies_password", "agencies_pastpassword", "agencies_livesession", "mfa_authenticator"),
    *("axes_accessattempt", "axes_accessattemptexpiration", "axes_accesslog", "axes_accessfailurelog"),
    *("oauth2_provider_application", "oauth2_provider_accesstoken", "oauth2_provider_refreshtoken"),
    *("oauth2_provider_grant", "oauth2_provider_idtoken", "oauth2_provider_devicegrant"),
)


@pytest.fixture
def world(demo_city: None) -> World:
    return World()


def sqlstate(error: BaseException) -> str:
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    assert isinstance(cause, psycopg2.Error), error
    return str(cause.pgcode)


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()
