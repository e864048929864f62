"""The fixed cast of these tests: people of the demo city, called by their usernames."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agencies.actors import Actor, find_actor
from agencies.models import Agency, User


@pytest.fixture
def who(demo_city: None) -> Callable[[str], Actor]:
    return find_actor


@pytest.fixture
def user(demo_city: None) -> Callable[[str], User]:
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def agency(demo_city: None) -> Callable[[str], Agency]:
    return lambda code: Agency.objects.get(code=code)
