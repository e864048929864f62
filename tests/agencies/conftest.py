"""The fixed cast of these tests: people of the demo city, called by their usernames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agencies.actors import Actor, find_actor
from agencies.models import Agency, User
from audit.sight import working_as
from tests.conftest import ALIASES, SERVERS, connections, on_database
from tests.servers import DEMO_TEMPLATE


@pytest.fixture(scope="module")
def lived_through(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database on which `lived` of this file has happened, for all its tests: each takes back what it changes."""
    with SERVERS.throwaway_clone(DEMO_TEMPLATE) as name:
        with on_database(name), django_db_blocker.unblock(), working_as("tests"):
            request.module.lived()
            for alias in ALIASES:
                connections[alias].close()
        yield name


@pytest.fixture
def who(demo_city: None) -> Callable[[str], Actor]:
    return find_actor


@pytest.fixture
def user(demo_city: None) -> Callable[[str], User]:
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def agency(demo_city: None) -> Callable[[str], Agency]:
    return lambda code: Agency.objects.get(code=code)
