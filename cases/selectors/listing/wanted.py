"""What can be asked of the list of cases: conditions and an order, one value for pages, exports, bulk acts and API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from cases.models.listing import terms
from cases.selectors.paging import Keyset, instant


class Sort(StrEnum):
    """By which column; `opened` is the order of the numbers."""

    DUE = "due"
    KWH = "kwh"
    UPDATED = "updated"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Order:
    """A column and its direction. What has no value in it stands last, whichever way."""

    sort: Sort = Sort.OPENED
    descending: bool = True

    @property
    def keyset(self) -> Keyset:
        """Key and id of the case beside which a page lies; a cursor of one order is refused by another."""
        name = f"cases/{self.sort}/{'desc' if self.descending else 'asc'}"
        return Keyset(name, ("key", "id"), (_KEYS[self.sort], UUID), descending=self.descending)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What narrows the list, and its order; None means any. `region` is a code and what lies in it.

    `holder_ids` have an open task; `strength` of `family`: 1 weak, 2 medium, 3 strong, and above; `due_from` up to but
    without `due_before`: the earliest deadline of an open task whose clock runs; `list_id`: a list that led to it.
    What is told of a case that is read whole alone (holder, subject, signals, deadline, energy) narrows to such cases.
    """

    stage: str | None = None
    region: str | None = None
    level: str | None = None
    outcome: str | None = None
    numbers: tuple[str, ...] | None = None
    holder_ids: tuple[int, ...] = ()
    closed: bool | None = None
    unlisted: bool | None = None
    q: str | None = None
    subjects: tuple[str, ...] = ()
    family: str | None = None
    strength: int = 1
    due_from: datetime | None = None
    due_before: datetime | None = None
    kwh_from: Decimal | None = None
    kwh_to: Decimal | None = None
    list_id: UUID | None = None
    # Whether `q` is looked for among the values of cases, too, as far as this person reads them.
    personal: bool = False
    order: Order = Order()

    def as_json(self) -> dict[str, Any]:
        """The conditions as the doors of the database take them; what is not asked for is left out."""
        words = (self.q or "").strip()
        found: Mapping[str, Any] = {
            **{name: getattr(self, name) for name in ("stage", "region", "level", "outcome", "closed")},
            "numbers": None if self.numbers is None else [number.upper() for number in self.numbers],
            "words": words or None,
            "unlisted": self.unlisted or None,
            "holders": list(self.holder_ids) or None,
            "subjects": list(self.subjects) or None,
            "family": self.family,
            "strength": self.strength if self.family else None,
            **{
                name: _text(getattr(self, name)) for name in ("due_from", "due_before", "kwh_from", "kwh_to", "list_id")
            },
        }
        if self.personal and words:
            found = {**found, "find": terms.asked(words) or None}
        renamed = {"list_id": "list"}
        return {renamed.get(name, name): value for name, value in found.items() if value is not None}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _stamp(text: Any) -> str:
    """A deadline in a cursor, as the database wrote it; endless for a case without one."""
    if text not in ("infinity", "-infinity"):
        instant(text)
    return str(text)


def _energy(text: Any) -> str:
    number = Decimal(text)
    if not number.is_finite() or abs(number) > Decimal("1e15"):
        raise ValueError(text)
    return str(number)


def _nothing(text: Any) -> str:
    if text != "0":
        raise ValueError(text)
    return "0"


_KEYS: Final = {Sort.DUE: _stamp, Sort.UPDATED: _stamp, Sort.KWH: _energy, Sort.OPENED: _nothing}
