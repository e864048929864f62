"""What goes out of the house: everybody has a confirmed mail address, and a system of the grid company is called.

The receivers are processes of the drill that nobody kills. The product's workers (`-A`) have a lease of three seconds
in place of thirty on what they send: a killed sender keeps the others waiting for it, and a drill kills often.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # not in the workers: the servers of a test run would come along
    from tests.receivers import Receiver

APP = "tests.drills.telling.reached"
ASKED_FOR = "DRILL_REACHED"
LEASE = timedelta(seconds=3)
ADMINISTRATOR = "grid-admin1"


@dataclass(frozen=True)
class Outside:
    mail: Receiver
    hook: Receiver

    @property
    def environment(self) -> dict[str, str]:
        """What processes of the house need to know."""
        return {
            ASKED_FOR: "yes",
            "LIANZHI_SMTP_HOST": "127.0.0.1",
            "LIANZHI_SMTP_PORT": str(self.mail.port),
            "LIANZHI_SMTP_TLS": "none",
            "LIANZHI_MAIL_FROM": "联治 <lz@drill.example>",
            "LIANZHI_OUTGOING_PRIVATE": "127.0.0.1",
        }

    def received(self) -> list[str]:
        """The ids that each of them took, in its order, as often as it did."""
        return [line["id"] for receiver in (self.mail, self.hook) for line in receiver.got() if line["kept"]]


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    from tests.receivers import start

    found = Outside(start("smtp", folder / "mail"), start("webhook", folder / "hook"))
    try:
        yield found
    finally:
        found.mail.stop()
        found.hook.stop()


def main(url: str, done: str) -> None:
    """In a process of the nursery: as people would by the pages, so that each step has its event."""
    from agencies.models import User

    for username in User.objects.filter(is_active=True).values_list("username", flat=True):
        _wishes_for_mail(username)
    _has_a_system(url)
    Path(done).touch()


def _wishes_for_mail(username: str) -> None:
    """Whoever it is types the code that was sent, and wishes to hear of everything at once, by mail."""
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from notifications.choices import services
    from notifications.choices.kinds import AT_ONCE, EMAIL, GROUPS
    from notifications.choices.planning import Choice
    from notifications.choices.sealing import code_of

    actor = find_actor(username)
    with seeing(actor):
        at_once = {code: Choice(AT_ONCE, (EMAIL,)) for code in GROUPS}
        services.choose(actor=actor, groups=at_once, quiet=None, digest_at=time(8, 30), now=real_now())
        typed = f"u{actor.user_id}@drill.example"
        waiting = services.enter_contact(actor=actor, channel=EMAIL, typed=typed, now=real_now())
        services.confirm_contact(actor=actor, channel=EMAIL, code=code_of(waiting), now=real_now())


def _has_a_system(url: str) -> None:
    from agencies.actors import find_actor
    from agencies.models import Agency
    from agencies.sight import seeing
    from audit.clock import real_now
    from notifications.channels.endpoints.services import Draft, add_endpoint
    from notifications.choices.kinds import GROUPS

    actor = find_actor(ADMINISTRATOR)
    with seeing(actor):
        agency = Agency.objects.get(pk=actor.posts[0].agency_id)
        draft = Draft("webhook", "业务系统", url, "", list(GROUPS), "zh")
        add_endpoint(actor=actor, agency=agency, draft=draft, now=real_now())


def shorten_leases() -> None:
    """In this process, which is one of the drill."""
    from notifications.delivery import leases, sending

    assert leases.LEASE > LEASE
    leases.LEASE, sending.RENEW = LEASE, LEASE.total_seconds() / 3


if os.environ.get(ASKED_FOR):
    from config.celery import app

    app.on_after_finalize.connect(lambda **_: shorten_leases(), weak=False)
