"""Which channel is sent by what, and which of them this installation can use."""

from __future__ import annotations

from django.conf import settings

from notifications.channels import mail, robots, sms, webhook
from notifications.channels.base import SENDERS


def register() -> None:
    """Fill the table of senders; once, when the product starts."""
    SENDERS.update(email=mail.send, sms=sms.send, webhook=webhook.send)
    SENDERS.update({channel: robots.sender(channel) for channel in robots.ROBOTS})


def usable() -> frozenset[str]:
    """The channels that have what they need. Robots and webhooks need nothing of the installation but a named host."""
    needed = {"email": settings.MAIL is not None, "sms": settings.SMS is not None}
    return frozenset(channel for channel in SENDERS if needed.get(channel, True))
