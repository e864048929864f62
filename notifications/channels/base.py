"""What a channel is handed and how it answers: a sender returns when the other side has taken the message.

It raises Temporary where the same call may succeed later (no connection, too many calls, a fault over there) and
Permanent where it never will (no such address, refused by rule, a setting that is missing). Anything else that it
raises is a fault of this product and is treated like Temporary by whoever calls it. Neither exception may carry an
address, a secret or what was to be sent: its text ends up in tables, logs and on pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agencies.vocabulary import Label

CHANNELS = ("email", "sms", "wecom", "dingtalk", "feishu", "webhook")


@dataclass(frozen=True)
class Outgoing:
    """One message to one addressee over one channel.

    `id` is the delivery's: it stays the same however often the message is tried, and receivers deduplicate by it.
    `address` is a mail address, a mobile number or the address of a robot or webhook; `secret` what signs the call,
    empty where the channel has none. `text` and `payload` hold number, stage, deadline and codes, never personal data.
    """

    id: str
    channel: str
    address: str = field(repr=False)
    language: str
    topic: str
    subject: str
    text: str
    link: str
    created_at: datetime
    payload: Mapping[str, Any]
    secret: str = field(default="", repr=False)


class NotTaken(Exception):
    """`said`: why, in both languages; one sentence stands for both where it is given alone."""

    def __init__(self, zh: str, en: str = "") -> None:
        super().__init__(f"{zh} {en}".rstrip())
        self.said = Label(zh, en or zh)


class Temporary(NotTaken):
    """Not now: try again later, not before `retry_after` where the other side asked for that."""

    def __init__(self, zh: str, en: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(zh, en)
        self.retry_after = retry_after


class Permanent(NotTaken):
    """Never: trying again would not help. `gone`: the other side says that its address is no more (410)."""

    def __init__(self, zh: str, en: str = "", *, gone: bool = False) -> None:
        super().__init__(zh, en)
        self.gone = gone


Sender = Callable[[Outgoing], None]

# One for each of CHANNELS that can be used here; whoever delivers looks a sender up when the message is due.
SENDERS: dict[str, Sender] = {}
