"""Acts on cases by people of the demo city, and what their colleagues find in the inbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from agencies.actors import Actor, find_actor

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def who(demo_city: None) -> Callable[[str], Actor]:
    return find_actor


@pytest.fixture
def act(demo_city: None) -> Callable[..., Any]:
    """Does an act by username and name, on a case or on none, with its inputs as they would come from a page."""
    from cases.workflow.engine import perform

    def do(username: str, action: str, case: str | None = None, **data: Any) -> Any:
        return perform(
            case_id=case,
            action=action,
            actor=find_actor(username),
            data=data,
            expected_version=None,
            idempotency_key=None,
            now=NOW,
        )

    return do


@pytest.fixture
def opened(act: Callable[..., Any]) -> Callable[[], str]:
    """A new case in 鼓楼区, opened by drc-handler1; its triage waits for the other handlers."""
    return lambda: act("drc-handler1", "open_case", region_code="320302", title="某小区地下室", source="manual").case_id


@pytest.fixture
def number(demo_city: None) -> Callable[[int], str]:
    """The number of the n-th case of this test; the sequence behind it does not go back with a rolled-back test."""
    from cases.models import Case

    return lambda n: Case.objects.order_by("number").values_list("number", flat=True)[n - 1]


@pytest.fixture
def texts(demo_city: None) -> Callable[[str], list[str]]:
    """The inbox of a person, newest first, without the case numbers."""
    from notifications.selectors import inbox

    def read(username: str) -> list[str]:
        messages = inbox(find_actor(username), limit=100)
        return [message.text.zh.removeprefix(f"{message.number} ") for message in messages]

    return read


@pytest.fixture
def told(opened: Callable[[], str]) -> list[Any]:
    """Three messages for drc-handler2, the newest last."""
    from notifications.models import Message
    from notifications.relay import deliver_all

    for _ in range(3):
        opened()
        deliver_all()
    return list(Message.objects.order_by("id"))


@pytest.fixture
def visit(demo_city: None) -> Callable[[str], Any]:
    """A browser of somebody who is logged in."""
    from django.test import Client

    from agencies.models import User

    def logged_in(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return logged_in


class Receiver:
    """Stands for whatever is behind a channel: what arrived, in order, and what it answers next time."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.answers: dict[str, Callable[[Any], None]] = {}

    def __call__(self, call: Any) -> None:
        self.calls.append(call)
        self.answers.get(call.address, lambda _: None)(call)

    def texts(self, address: str | None = None) -> list[str]:
        return [call.text for call in self.calls if address in (None, call.address)]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """Everybody has confirmed a mail address, NUMBER@example, and is told at once."""
    from notifications.channels import base
    from notifications.choices.planning import Chosen
    from notifications.delivery import outgoing, planned

    found = Receiver()
    everybody = Chosen(confirmed=frozenset({"email"}))
    monkeypatch.setattr(planned, "chosen_of", lambda ids: dict.fromkeys(ids, everybody))
    monkeypatch.setattr(outgoing, "address_of", lambda user_id, _channel: f"{user_id}@example")
    monkeypatch.setattr(base, "SENDERS", {"email": found, "sms": found, "webhook": found})
    return found


def taken_by_another() -> list[Any]:
    """One delivery, the oldest, is taken up by a process that is not this one."""
    from audit.ids import new_id
    from notifications.delivery import leases

    me = new_id()
    return leases.take(me, (leases.look(me, full=(), shunned=()) or [])[:1]) or []
