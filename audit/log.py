"""Building the body of an event: pure, no Django.

A body is a JSON object with ASCII keys, without floats (decimals are strings) and without personal data: names,
numbers of people and accounts, addresses and free text go to the sealed part, of which the body holds a salted
commitment only, so that erasing them leaves every proof valid.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit.chain import NO_PREV, canonical, canonical_plain
from audit.errors import BodyError

VERSION = 1
SAFE_INTEGER = 2**53 - 1
_HARMLESS = frozenset({str, bool, type(None)})
_STREAM = re.compile(r"[a-z][a-z_]*/[^\x00-\x20]{1,180}")

# Keys that can only mean personal data or free text, in any depth. A code, a number or an id goes under another name.
# fmt: off
PERSONAL_KEYS = frozenset(
    {
        "name", "full_name", "real_name", "person_name", "display_name", "holder", "holder_name", "account_holder",
        "account_name", "owner_name",
        "contact", "contact_name", "subscriber_name", "user_name", "legal_representative",
        "phone", "phone_number", "mobile", "telephone", "tel", "email", "wechat",
        "address", "full_address", "addr", "street_address", "house_number",
        "id_number", "id_no", "id_card", "identity", "identity_number", "passport", "licence_plate",
        "account_no", "account_number", "bank_account", "household_no", "household_number", "customer_no",
        "meter_no", "metering_point",
        "ip", "ip_address", "mac", "mac_address",
        "text", "free_text", "note", "notes", "remark", "remarks", "comment", "comments", "opinion", "statement",
        "description", "narrative", "message",
    }
)
# fmt: on


@dataclass(frozen=True, slots=True)
class EventActor:
    """Who acted, in which of their posts. `id` is None for somebody who has no account (a failed login)."""

    id: int | None
    username: str
    agency: int | None = None
    role: str = ""

    def as_dict(self) -> dict[str, int | str | None]:
        """The member `actor` of a body."""
        return {"id": self.id, "username": self.username, "agency": self.agency, "role": self.role}


def timestamp(at: datetime) -> str:
    """An aware datetime as bodies write it: UTC, six digits, "2026-11-22T02:00:00.123456Z"."""
    if at.tzinfo is None:
        raise BodyError(f"事件时间缺少时区 the time {at} has no time zone")
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def build_body(
    *,
    stream: str,
    seq: int,
    prev: bytes = NO_PREV,
    at: datetime,
    action: str,
    actor: EventActor | Mapping[str, Any],
    members: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of the event that follows (seq - 1, prev) in its stream. Empty members are left out."""
    if not _STREAM.fullmatch(stream):
        raise BodyError(f"记录链名称无效 the stream {stream!r} is not kind/name")
    body: dict[str, Any] = {
        "v": VERSION,
        "stream": stream,
        "seq": seq,
        "prev": prev.hex(),
        "at": timestamp(at),
        "action": str(action),
        "actor": actor.as_dict() if isinstance(actor, EventActor) else dict(actor),
    }
    for key, value in (members or {}).items():
        if key in body:
            raise BodyError(f"成员重复 the member {key!r} is already set by the event itself")
        if value not in (None, {}, [], (), ""):
            body[key] = value
    return body


def encode_body(body: dict[str, Any]) -> bytes:
    """The RFC 8785 bytes of a body. Raises BodyError, naming the member, for what a body may not hold."""
    if _is_clean(body):
        return canonical_plain(body)
    check_body(body)  # the same rules once more, slowly, with the names of the members
    return canonical(body)


def _is_clean(value: Any) -> bool:
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii() or key in PERSONAL_KEYS:
                return False
            if type(item) not in _HARMLESS and not _is_clean(item):
                return False
        return True
    if type(value) is list or type(value) is tuple:
        return all(type(item) in _HARMLESS or _is_clean(item) for item in value)
    return type(value) in _HARMLESS or (type(value) is int and -SAFE_INTEGER <= value <= SAFE_INTEGER)


def check_body(value: Any, path: str = "") -> None:
    """Raise BodyError, naming the member, for what a body may not hold.

    That is a float, an integer beyond 2^53 (no JSON reader keeps it), a key that is not ASCII, a key of personal data.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            _check_key(key, where)
            if not isinstance(item, str):
                check_body(item, where)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            if not isinstance(item, str):
                check_body(item, f"{path}[{index}]")
    elif isinstance(value, float):
        raise BodyError(
            f"事件正文不能含浮点数，请写成字符串 {path}: a body holds no float ({value}); write it as a string"
        )
    elif isinstance(value, int) and not -SAFE_INTEGER <= value <= SAFE_INTEGER:
        raise BodyError(f"事件正文的整数过大，请写成字符串 {path}: {value} is beyond 2^53; write it as a string")


def _check_key(key: object, where: str) -> None:
    if not isinstance(key, str) or not key.isascii():
        raise BodyError(f"事件正文的键必须是 ASCII 字符串 {where}: keys of a body are ASCII strings")
    if key in PERSONAL_KEYS:
        told = f"事件正文不得含个人信息或自由文本，请放入封存部分 {where}"
        raise BodyError(f"{told}: personal data and free text belong to the sealed part")
