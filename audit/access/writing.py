"""The only way to add a line to the access log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.db import Error, connections, transaction
from django.utils.crypto import salted_hmac

from audit import errors
from audit.log import EventActor, timestamp

LONGEST = 200
ADDRESS_DIGITS = 16


class Way(StrEnum):
    """How the data reached the reader. Once released, a name is never changed."""

    PAGE = "page"
    LIST = "list"
    API = "api"
    DOWNLOAD = "download"
    EXPORT = "export"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the case or another target, the items as codes, for what, how many rows, which file."""

    way: Way
    case_id: UUID | str | None = None
    target: str = ""
    items: Iterable[str] = field(default=())
    purpose: str = ""
    rows: int = 1
    file_hash: str = ""


def note(actor: EventActor, reading: Reading, *, now: datetime, address: str = "", using: str = "default") -> int:
    """Add a line and return its number. Raises where it cannot be written: then nothing may be shown."""
    line = {
        "at": timestamp(now),
        "user_id": actor.id,
        "username": actor.username,
        "agency_id": actor.agency,
        "role": actor.role,
        "address": address_digest(address),
        "way": Way(reading.way).value,
        "case_id": None if reading.case_id is None else str(reading.case_id),
        "target": reading.target[:LONGEST],
        "items": sorted(set(reading.items)),
        "purpose": reading.purpose[:LONGEST],
        "rows": reading.rows,
        "file_hash": reading.file_hash,
    }
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        try:
            cursor.execute("SELECT audit_note_access(%s::jsonb)", [orjson.dumps(line).decode()])
        except Error as error:
            typed = errors.from_database(error)
            if typed is None:
                raise
            raise typed from error
        row: tuple[Any, ...] = cursor.fetchone()
        return int(row[0])


def address_digest(address: str) -> str:
    """What the log keeps of an address: equal for equal ones, and nothing else without the key."""
    if not address:
        return ""
    return salted_hmac("audit.access.address", address, algorithm="sha256").hexdigest()[:ADDRESS_DIGITS]
