"""What one row says about its site, as keyed hashes: nothing in them can be read back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.intake.lists.places import Place
from cases.policy.dated import CHINA
from cases.policy.matching.spots import around

Blind = Callable[[str, str], bytes]
_NO_DIGIT = re.compile(r"\D")
# A telephone number has at least so many digits, and not the same one throughout.
SHORTEST_PHONE = 7


@dataclass(frozen=True, slots=True)
class Door:
    """An installed address as keyed hashes; `township` and `holder` are None where the list does not name them."""

    value: bytes
    township: bytes | None
    holder: bytes | None
    flat: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one row says about its site. `sight` is address, port and time: the key of the carrier's reply.

    `day`: the first day on which its network address was seen. `spots`: the cell of its coordinates, then those around.
    """

    broadband: bytes | None = None
    meter: bytes | None = None
    door: Door | None = None
    lead: bytes | None = None
    sight: bytes | None = None
    day: date | None = None
    holder: bytes | None = None
    phone: bytes | None = None
    spots: tuple[bytes, ...] = ()

    @property
    def locates(self) -> bool:
        """The row knows a subscriber, a meter or a door, and not only an address and a pool."""
        return self.broadband is not None or self.meter is not None or self.door is not None

    @property
    def accounts(self) -> set[str]:
        """The kinds of account that the row names."""
        named = (("broadband", self.broadband), ("meter", self.meter))
        return {kind for kind, value in named if value is not None}


def evidence_of(
    *, reading: dict[str, Any], personal: dict[str, str], place: Place, blind: Blind, spot: str = ""
) -> Evidence:
    """The keys of a row. Who reported something is no evidence of where it is, and gets no key."""
    account, meter = personal.get("broadband"), personal.get("meter")
    ip, port, first = reading.get("ip"), reading.get("port"), reading.get("first")
    phone = phone_of(personal.get("phone", ""))
    holder = "".join(personal.get("holder", "").split())
    held = blind("holder", holder) if holder else None
    return Evidence(
        broadband=blind("broadband", account) if account else None,
        meter=blind("meter", meter) if meter else None,
        door=_door(place, held, blind),
        lead=blind("lead", f"{ip}|{reading['pool']}") if ip and reading.get("pool") else None,
        sight=blind("sight", f"{ip}|{port}|{first[:16]}") if ip and port and first else None,
        day=datetime.fromisoformat(first).astimezone(CHINA).date() if first else None,
        holder=held,
        phone=blind("contact", phone) if phone else None,
        spots=tuple(blind("spot", cell) for cell in around(spot)) if spot else (),
    )


def phone_of(text: str) -> str:
    """The digits of a telephone number without the country's own; empty where it is none, such as `无` or 0000000."""
    digits = _NO_DIGIT.sub("", text)
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return digits if len(digits) >= SHORTEST_PHONE and len(set(digits)) > 1 else ""


def _door(place: Place, holder: bytes | None, blind: Blind) -> Door | None:
    if not place.door:
        return None
    return Door(
        value=blind("door", place.door),
        township=blind("township", place.township) if place.township else None,
        holder=holder,
        flat=place.is_flat,
    )
