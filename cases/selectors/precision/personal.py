"""Whom a case concerns: the personal values of the vault, of the lists and of the acts, at the reader's precision.

A value that the table lets somebody see masked with a reveal is in clear for half an hour to the person who gave the
reason, on this case, and to nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.visibility import sight_keys
from cases.models.sealing import key_ring, open_cells
from cases.models.vault import PersonalRecord
from cases.policy.privacy.precision import Detail, Form, opened_details
from cases.selectors.masking import mask
from cases.selectors.paging import fetch
from cases.selectors.precision.family import FAMILY, MOST_SIGNALS
from cases.selectors.precision.viewers import Viewpoint
from cases.selectors.reach.parts import Reading, reading

# A reason given once opens the data for this long, to the person who gave it and nobody else.
REVEALED_FOR: Final = timedelta(minutes=30)

_RECORDS = FAMILY + "SELECT p.id FROM family f JOIN cases_personalrecord p ON p.case_id = f.id"
_TYPED = (
    FAMILY
    + """SELECT s.data::text AS data, e.agency_id FROM family f
    CROSS JOIN LATERAL (SELECT 'case/' || f.id AS stream OFFSET 0) n JOIN audit_event e ON e.stream = n.stream
    JOIN audit_sealed s ON s.event_id = e.id WHERE s.data ?| %s::text[] ORDER BY e.id"""
)
_LISTED = (
    FAMILY
    + """SELECT r.number AS row, r.batch_id, r.sealed, b.agency_id, s.id IS NOT NULL AS counts,
        b.columns->'sheets'->coalesce((r.reading->>'sheet')::int, 0)->'columns'->>'ip' AS place
    FROM family f JOIN cases_site x ON x.case_id = f.id JOIN cases_listrow r ON r.site_id = x.id
    CROSS JOIN LATERAL case_list_of_row(r.id) b
    LEFT JOIN cases_signal s ON s.row_id = r.id AND s.case_id = f.id AND s.withdrawn_at IS NULL
    ORDER BY r.id DESC LIMIT %s"""
)
_REVEALED = """SELECT e.at, (b.body->'set'->'last_reveal'->'items')::text AS items,
        b.body->'set'->'last_reveal'->>'purpose' AS purpose
    FROM audit_event e CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body) b
    WHERE e.stream = 'case/' || %s AND e.actor_id = %s AND e.action = 'reveal_personal_data' AND e.at > %s
    ORDER BY e.seq"""

# Item of a reveal, how it is masked, and its detail: first the vault, then what people typed into sealed fields.
VAULT: Final[Mapping[str, tuple[str, str, Detail]]] = {
    "holder": ("subscriber", "holder", Detail.NAME),
    "phone": ("phone", "phone", Detail.PHONE),
    "address": ("address", "address", Detail.ADDRESS),
    "broadband": ("account", "broadband", Detail.LINE),
    "meter": ("account", "meter", Detail.NUMBER),
    "content": ("content", "content", Detail.CONTENT),
    "reporter": ("reporter", "reporter", Detail.REPORTER),
    "reporter_phone": ("reporter", "reporter_phone", Detail.REPORTER),
}
TYPED: Final[Mapping[str, tuple[str, str, Detail]]] = {
    "subscriber": ("subscriber", "holder", Detail.NAME),
    "holder": ("subscriber", "holder", Detail.NAME),
    "phone": ("phone", "phone", Detail.PHONE),
    "address": ("address", "address", Detail.ADDRESS),
    "line_account": ("account", "broadband", Detail.LINE),
    "account": ("account", "meter", Detail.NUMBER),
}
NETWORK: Final = ("network", "network", Detail.IP)


@dataclass(frozen=True, slots=True)
class Value:
    """One personal value in clear, before it is shown; `owner`: the agency that brought it, where that is known."""

    item: str
    kind: str
    detail: Detail
    text: str
    owner: int | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What this person sees in clear on this case after giving a reason: item to end of its half hour, and for what."""

    until: Mapping[str, datetime]
    purpose: str = ""

    @property
    def first_end(self) -> datetime | None:
        """When the first of them is masked again."""
        return min(self.until.values(), default=None)


def revealed(actor: Actor, case_id: UUID | str, *, now: datetime) -> Opened:
    """The items that are open, and until when each."""
    until: dict[str, datetime] = {}
    purpose = ""
    for row in fetch(_REVEALED, [str(case_id), actor.user_id, now - REVEALED_FOR]):
        purpose, end = row["purpose"] or "", row["at"] + REVEALED_FOR
        until |= {item: max(end, until.get(item, end)) for item in orjson.loads(row["items"] or "[]")}
    return Opened(until, purpose)


def personal(actor: Actor, case_id: UUID | str, *, opened: Opened, read: Reading | None = None) -> list[dict[str, Any]]:
    """The personal values of a visible case that this person may see in some form, the same value once.

    item, kind, value, `masked`, `revealable` (by a reason), and `until` for one that a reveal holds open.
    """
    read = read or reading(actor, case_id)
    if read is None:
        return []
    rows = (_shown(value, read.viewpoint, opened) for value in values(actor, case_id, read))
    return list({(row["item"], row["kind"], row["value"]): row for row in rows if row is not None}.values())


def values(actor: Actor, case_id: UUID | str, read: Reading) -> Iterator[Value]:
    """Every personal value of a visible case in clear: for showing it in the form that fits, never as it is."""
    keys = sight_keys(actor)
    # Of an own part what the agency itself brought: its lists, what they hold of the vault, and its acts.
    own = None if read.whole else read.agencies
    listed = [found for found in _listed(case_id, keys) if own is None or found[0]["agency_id"] in own]
    # Who brought a value of the vault is told by the rows it stands in, the reader's own before those of others.
    senders = {compared(str(cell)): row["agency_id"] for row, cells in listed for cell in cells if cell}
    senders |= {
        compared(str(cell)): row["agency_id"]
        for row, cells in listed
        if row["agency_id"] in read.viewpoint.own
        for cell in cells
        if cell
    }
    found = [row["id"] for row in fetch(_RECORDS, [str(case_id), keys])]
    for record in PersonalRecord.objects.filter(pk__in=found).order_by("field", "created_at", "pk"):
        text = record.value
        sender = senders.get(compared(text))
        if own is None or sender in own:
            yield Value(*VAULT[record.field], text, sender, record.protected)
    for row in fetch(_TYPED, [str(case_id), keys, list(TYPED)]):
        data = orjson.loads(row["data"]) if own is None or row["agency_id"] in own else {}
        for key, about in TYPED.items():
            if data.get(key):
                yield Value(*about, str(data[key]), row["agency_id"])
    for row, cells in listed:
        if row["place"] is not None and row["counts"] and (text := str(cells[int(row["place"])] or "").strip()):
            yield Value(*NETWORK, text, row["agency_id"])


def _listed(case_id: UUID | str, keys: list[int]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """The rows of the lists behind a visible case with their cells."""
    for row in fetch(_LISTED, [str(case_id), keys, MOST_SIGNALS]):
        yield row, open_cells(row["sealed"], UUID(str(row["batch_id"])).bytes, row["row"])


def compared(text: str) -> str:
    """A value as it is looked for in the cells of a list."""
    return re.sub(r"[\s-]", "", text).removesuffix(".0").lower()


def _shown(value: Value, viewpoint: Viewpoint, opened: Opened) -> dict[str, Any] | None:
    form = viewpoint.form(value.detail, value.owner)
    until = _open_until(value, opened) if form is Form.REVEAL else None
    if form is Form.HIDDEN or (value.protected and until is None and form is not Form.CLEAR):
        # Who reported is not even listed before it is asked for.
        return None
    clear = form is Form.CLEAR or until is not None
    return {
        "item": value.item,
        "kind": value.kind,
        "value": value.text if clear else masked(value, form),
        "masked": not clear,
        "revealable": form is Form.REVEAL,
        "until": until,
    }


def _open_until(value: Value, opened: Opened) -> datetime | None:
    return max((until for item, until in opened.until.items() if value.detail in opened_details([item])), default=None)


def masked(value: Value, form: Form) -> str:
    """The value in a form that is not clear."""
    if form is Form.HASH:
        return "#" + key_ring().blind(f"shown/{value.kind}", value.text).hex()[:12]
    return "***" if form is Form.HIDDEN else mask(value.kind, value.text)
