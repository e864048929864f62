"""A string of one agency, and a personal value, never comes out where it has no business: no log, message or outbox.

Who reads which string of a case on pages, in files and through the API is compared in test_two_worlds.py; here are the
places that no person asks for, and the values that nobody sees in clear without the reason of domain.md 6.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections

from audit.ids import new_id
from config.settings.channels import MailServer
from notifications.channels import base, mail, robots, sms, webhook
from notifications.channels.base import CHANNELS, Outgoing
from notifications.channels.endpoints.relaying import Endpoint
from notifications.choices.kinds import GROUPS
from notifications.choices.planning import Choice, Chosen
from notifications.delivery import outgoing, planned
from notifications.delivery.sending import send_all
from tests.conftest import SERVERS, Clone
from tests.hearing import Heard
from tests.notifications.channels.conftest import gateway
from tests.security import looking, worlds
from tests.security.city import City
from tests.security.in_clear import PERSONAL, shown_in_clear, told
from tests.security.worlds import Hidden

# Tables whose rows leave for somebody who did not ask: what they hold is read by whoever gets them.
LEAVING = ("cases_outbox", "notifications_message", "notifications_delivery")
# test_two_worlds.py asks the same of a telecom bureau, a crew and a supervisor, who look at everything there.
READERS = ("drc-handler1", "drc-reviewer1", "grid-handler1", "cac-handler1")


@pytest.fixture
def world(demo_city: None, fresh_db: Clone, heard: Heard) -> Iterator[tuple[City, list[Hidden]]]:
    yield worlds.build(SERVERS, fresh_db.name)
    for alias in connections:
        connections[alias].close()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, list[str]]:
    """What goes over the wire on each channel: everybody is told at once on all of them, and so is every agency."""
    settings.MAIL = MailServer("mail.invalid", 25, "none", "", "", "联治 <lz@city.gov.cn>", 5)
    settings.SMS = gateway("https://sms.invalid/send", most_parts=10)
    chosen = Chosen(
        confirmed=frozenset({"email", "sms"}),
        groups={group: Choice("at_once", ("email", "sms")) for group in GROUPS},
    )
    ends = {channel: new_id() for channel in CHANNELS if channel not in chosen.confirmed}
    monkeypatch.setattr(planned, "chosen_of", lambda ids: dict.fromkeys(ids, chosen))
    told = [Endpoint(id_, channel) for channel, id_ in ends.items()]
    monkeypatch.setattr(planned, "for_rows", lambda rows: dict.fromkeys(rows, told))
    monkeypatch.setattr(outgoing, "address_of", lambda *_: "somebody@example.cn")
    monkeypatch.setattr(outgoing, "open_endpoint", lambda _: ("https://hook.invalid/", "", "zh"))
    found: dict[str, list[str]] = {channel: [] for channel in CHANNELS}
    as_sent: dict[str, Callable[[Outgoing], str]] = {
        "email": lambda call: (
            call.subject
            + "".join(
                part.get_payload(decode=True).decode()
                for part in mail.composed(call).message().walk()
                if part.get_content_maintype() == "text"
            )
        ),
        "sms": lambda call: sms.composed(settings.SMS, call),
        "webhook": webhook.composed,
        **dict.fromkeys(robots.ROBOTS, robots.written),
    }
    senders = {
        channel: (lambda call, channel=channel: found[channel].append(as_sent[channel](call))) for channel in CHANNELS
    }
    monkeypatch.setattr(base, "SENDERS", senders)
    return found


def test_nothing_that_goes_out_by_any_channel_holds_a_string_of_a_case(
    written: dict[str, list[str]], world: tuple[City, list[Hidden]]
) -> None:
    send_all(seconds=60)
    words = [*PERSONAL.values(), worlds.WORD, *(word for each in world[1] for word in each.canaries.values())]
    for channel, texts in written.items():
        assert len(texts) > 10, channel
        assert any(world[0].numbers["later"] in text for text in texts), channel
        assert [word for word in words if any(word in text for text in texts)] == [], channel


def test_no_message_and_no_row_that_leaves_holds_a_string_of_a_case(
    written: dict[str, list[str]], world: tuple[City, list[Hidden]]
) -> None:
    words = [*PERSONAL.values(), worlds.WORD, *(word for each in world[1] for word in each.canaries.values())]
    with connection.cursor() as cursor:
        for table in LEAVING:
            cursor.execute(f"SELECT count(*), string_agg(t::text, ' ') FROM {table} t")
            count, text = cursor.fetchone()
            assert count > 10, table
            assert [word for word in words if word in text] == [], table


def test_personal_values_are_read_in_clear_by_nobody_but_whom_the_policy_names(
    world: tuple[City, list[Hidden]], heard: Heard
) -> None:
    city, hidden = world
    sessions = {name: looking.enter(name) for name in READERS}
    for name in READERS:
        read = b"\n".join(looking.answers(sessions[name], city, hidden).values()).decode(errors="replace")
        assert shown_in_clear(read, name) == set(), name
    assert len(heard.lines) > 100
    assert told(heard, hidden) == []
