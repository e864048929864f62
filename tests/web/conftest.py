"""People logged in through the login page, for tests that read pages without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

LogIn = Callable[[str], Client]


@pytest.fixture
def log_in(demo_city: None) -> LogIn:
    """A client of this person, logged in with the password of the demo."""

    def log_in(username: str) -> Client:
        client = Client()
        answer = client.post("/login/", {"username": username, "password": settings.DEMO_PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return log_in
