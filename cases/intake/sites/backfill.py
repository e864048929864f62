"""Terms of what was stored before there were any: the values of the vault, of list rows and of acts, once more.

In pieces, each in a transaction of its own. What has its terms keeps them, so that it may be broken off and begun anew;
lists and acts may come in meanwhile, and what is erased meanwhile gets none (`search_fill`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction

from cases.intake.lists import values
from cases.models.listing.terms import VAULT_KINDS, terms_of, terms_shown
from cases.models.sealing import CannotOpen, key_ring, open_cells
from cases.models.vault import record_place
from cases.policy import addresses
from cases.selectors.masking import mask
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.personal import TYPED, compared
from cases.workflow.recording.found import terms_in

AT_ONCE: Final = 500
_KEY: Final = ("kind", "case_id", "owner_id", "record_id", "row_id", "event_id", "terms", "shown")
_NEVER: Final = "00000000-0000-0000-0000-000000000000"
_RECORDS: Final = """SELECT p.id::text AS id, p.case_id::text AS case_id, p.field, p.sealed FROM cases_personalrecord p
    WHERE p.id > %s::uuid AND p.field = ANY(%s) ORDER BY p.id LIMIT %s"""
# Who brought a value of the vault is told by the rows it stands in, as on the page of the case.
_ROWS: Final = """SELECT x.case_id::text AS case_id, r.batch_id, r.number, r.sealed, b.agency_id
    FROM cases_site x JOIN cases_listrow r ON r.site_id = x.id JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE x.case_id = ANY(%s::uuid[]) AND r.erased_at IS NULL"""
_NETWORKS: Final = """SELECT r.id, r.batch_id, r.number, r.sealed, b.agency_id,
        b.columns->'sheets'->coalesce((r.reading->>'sheet')::int, 0)->'columns'->>'ip' AS place
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE r.id > %s AND r.erased_at IS NULL AND EXISTS (SELECT FROM cases_signal s WHERE s.row_id = r.id)
    ORDER BY r.id LIMIT %s"""
_ACTS: Final = """SELECT e.id, e.agency_id, substr(e.stream, 6) AS case_id, s.data::text AS data
    FROM audit_sealed s JOIN audit_event e ON e.id = s.event_id
    WHERE s.event_id > %s AND left(e.stream, 5) = 'case/' AND s.data ?| %s ORDER BY s.event_id LIMIT %s"""


@dataclass(slots=True)
class Written:
    """How many values were looked at, by where they stand, and which did not open."""

    looked: dict[str, int] = field(default_factory=dict)
    terms: int = 0
    unreadable: list[str] = field(default_factory=list)


def write_all(*, progress: Callable[[str, int], None] | None = None) -> Written:
    """Every value that has no terms yet gets them."""
    done = Written()
    for name, piece in (("records", _records), ("rows", _networks), ("acts", _acts)):
        done.looked[name] = 0
        after: Any = _NEVER if name == "records" else 0
        while True:
            with transaction.atomic():
                found, keys = piece(after, done)
                done.terms += _fill(keys)
            if not found:
                break
            after = found[-1]["id"]
            done.looked[name] += len(found)
            if progress is not None:
                progress(name, done.looked[name])
    return done


Piece = tuple[Sequence[Row], Iterator[tuple[Any, ...]]]


def _fill(keys: Iterator[tuple[Any, ...]]) -> int:
    """How many of them are new."""
    rows = orjson.dumps([dict(zip(_KEY, key, strict=True)) for key in keys]).decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_fill(%s::jsonb)", [rows])
        return int(cursor.fetchone()[0])


def _records(after: str, done: Written) -> Piece:
    found = fetch(_RECORDS, [after, list(VAULT_KINDS), AT_ONCE])
    return found, _of_records(found, done)


def _of_records(found: Sequence[Row], done: Written) -> Iterator[tuple[Any, ...]]:
    brought = _senders(sorted({row["case_id"] for row in found}), done)
    for row in found:
        try:
            value = key_ring().open(row["sealed"], record_place(UUID(row["id"]).bytes, row["field"])).decode()
        except CannotOpen:
            done.unreadable.append(f"cases_personalrecord {row['id']}")
            continue
        kind, shown = VAULT_KINDS[row["field"]], mask(row["field"], value)
        owners: list[int | None] = [*sorted(brought[row["case_id"], compared(value)])]
        for owner in owners or [None]:
            terms = (terms_of(kind, value), terms_shown(kind, shown))
            yield kind, row["case_id"], owner, row["id"], None, None, *terms


def _senders(cases: Sequence[str], done: Written) -> dict[tuple[str, str], set[int]]:
    brought: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in fetch(_ROWS, [cases]) if cases else ():
        for cell in _cells(row, done):
            if cell:
                brought[row["case_id"], compared(str(cell))].add(row["agency_id"])
    return brought


def _networks(after: int, done: Written) -> Piece:
    found = fetch(_NETWORKS, [after, AT_ONCE])
    return found, _of_networks(found, done)


def _of_networks(found: Sequence[Row], done: Written) -> Iterator[tuple[Any, ...]]:
    for row in found:
        cells = _cells(row, done) if row["place"] is not None else []
        if not cells:
            continue
        address = addresses.classify(values.split_endpoint(str(cells[int(row["place"])] or "").strip())[0])
        if address.ip is not None:
            terms = (terms_of("ip", address.text), terms_shown("ip", mask("network", address.text)))
            yield "ip", None, row["agency_id"], None, row["id"], None, *terms


def _acts(after: int, _done: Written) -> Piece:
    found = fetch(_ACTS, [after, list(TYPED), AT_ONCE])
    keys = (
        (of["kind"], row["case_id"], row["agency_id"], None, None, row["id"], of["terms"], of["shown"])
        for row in found
        for of in terms_in(orjson.loads(row["data"]))
    )
    return found, keys


def _cells(row: Row, done: Written) -> list[Any]:
    try:
        return open_cells(row["sealed"], UUID(str(row["batch_id"])).bytes, row["number"])
    except CannotOpen:
        done.unreadable.append(f"cases_listrow {row['batch_id']} {row['number']}")
        return []
