"""An installation with a mail server and a text gateway whose senders keep what they were handed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from notifications.channels.base import SENDERS, Outgoing


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[Outgoing]]:
    sent: list[Outgoing] = []
    settings.MAIL = settings.SMS = object()
    for channel in ("email", "sms"):
        monkeypatch.setitem(SENDERS, channel, sent.append)
    cache.clear()
    yield sent
    cache.clear()
