"""The fixed cast of these tests: people of the demo city, called by their usernames."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from agencies.actors import Actor, find_actor
from agencies.models import Agency, User
from audit.models import Event

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def who(demo_city: None) -> Callable[[str], Actor]:
    return find_actor


@pytest.fixture
def user(demo_city: None) -> Callable[[str], User]:
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def agency(demo_city: None) -> Callable[[str], Agency]:
    return lambda code: Agency.objects.get(code=code)


def events(stream: str) -> list[dict[str, Any]]:
    """The bodies of a stream, in order, as they are stored."""
    rows = Event.objects.filter(stream=stream).order_by("seq").values_list("body", flat=True)
    return [orjson.loads(bytes(body)) for body in rows]
