"""A provider that runs for the tests of a module, and a site that knows it."""

from __future__ import annotations

import pytest

from config.env import Provider
from tests.sso.provider import running

CLIENT, SECRET = "lianzhi", "a secret/with:signs"


@pytest.fixture(scope="module")
def issuer():
    with running(CLIENT, SECRET) as issuer:
        yield issuer


@pytest.fixture
def sso(settings, demo_city, issuer):
    settings.OIDC = Provider(
        issuer, CLIENT, SECRET, "openid profile", "preferred_username", "username", frozenset({"otp"})
    )
    settings.OUTGOING_HOSTS = settings.OUTGOING_PRIVATE = frozenset({"127.0.0.1"})
    return settings
