"""Webhooks, signed as Standard Webhooks: id, time of this attempt and body under HMAC-SHA256, by the library they ship.

`secret` holds one `whsec_…`, or two separated by a space while a rotation is under way: both sign, so that the receiver
may change over at any moment of these days.
"""

from __future__ import annotations

import base64
import binascii
import json

from standardwebhooks import Webhook

from audit import clock
from notifications.channels.answers import epoch, judge, post
from notifications.channels.base import Outgoing, Permanent
from notifications.channels.wire import stamp, told

PREFIX = "whsec_"
# The specification's own bounds for a key.
SHORTEST_KEY, LONGEST_KEY = 24, 64


def send(message: Outgoing) -> None:
    """Post it to the address of the endpoint. Raises Temporary, Permanent."""
    body = composed(message)
    judge(post(message.address, body.encode(), headers(message, body)))


def composed(message: Outgoing) -> str:
    """Type, time and data; what the data may hold is one list."""
    content = {
        "type": message.topic,
        "timestamp": stamp(message.created_at),
        "data": told(message.payload, message.link),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def headers(message: Outgoing, body: str) -> dict[str, str]:
    """The three of the specification; the time is that of this attempt, by the clock of the outside."""
    now = clock.real_now()
    keys = [_key(secret) for secret in message.secret.split()]
    if not keys:
        raise Permanent("推送地址没有签名密钥", "the webhook has no secret to sign with")
    return {
        "Content-Type": "application/json",
        "User-Agent": "Lianzhi-Webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": str(epoch(now)),
        "webhook-signature": " ".join(Webhook(key).sign(message.id, now, body) for key in keys),
    }


def _key(secret: str) -> bytes:
    """The bytes of a `whsec_…`. Raises Permanent, without a word of it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise Permanent("签名密钥不可用", "the secret cannot be used")
    return key
