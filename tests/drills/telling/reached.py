"""The product's workers (`-A`), told by SMTP to a receiver of the drill, where everybody has a confirmed mail address.

Their lease on what they send is three seconds in place of thirty: a killed sender keeps the others waiting for it, and
a drill kills often.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # not in the workers: the servers of a test run would come along
    from tests.drills.telling.house import House
    from tests.receivers import Receiver

ASKED_FOR = "DRILL_REACHED"
LEASE = timedelta(seconds=3)


def by_mail(receiver: Receiver) -> dict[str, str]:
    """What processes of the house need to know."""
    return {
        ASKED_FOR: "yes",
        "LIANZHI_SMTP_HOST": "127.0.0.1",
        "LIANZHI_SMTP_PORT": str(receiver.port),
        "LIANZHI_SMTP_TLS": "none",
        "LIANZHI_MAIL_FROM": "联治 <lz@drill.example>",
    }


def confirm_addresses(house: House) -> None:
    """As if everybody had typed the code that was sent to them, and wished to hear of everything at once, by mail."""
    from audit.ids import new_id
    from notifications.choices.kinds import AT_ONCE, EMAIL, GROUPS
    from notifications.choices.sealing import sealed

    at_once = json.dumps({code: {"mode": AT_ONCE, "channels": [EMAIL]} for code in GROUPS})
    house.sql(
        "INSERT INTO notifications_preference (user_id, groups, digest_at, changed_at)"
        " SELECT id, %s, '08:30', now() FROM agencies_user",
        at_once,
    )
    for (user,) in house.sql("SELECT id FROM agencies_user"):
        contact = new_id()
        house.sql(
            "INSERT INTO notifications_contact"
            " (id, user_id, channel, sealed, nonce, wanted_at, expires_at, tries, problem, confirmed_at)"
            " VALUES (%s, %s, 'email', %s, '', now(), now(), 0, '', now())",
            str(contact),
            user,
            sealed(contact, f"u{user}@drill.example"),
        )


def shorten_leases() -> None:
    """In this process, which is one of the drill."""
    from notifications.delivery import leases, sending

    assert leases.LEASE > LEASE
    leases.LEASE, sending.RENEW = LEASE, LEASE.total_seconds() / 3


if os.environ.get(ASKED_FOR):
    from config.celery import app

    app.on_after_finalize.connect(lambda **_: shorten_leases(), weak=False)
