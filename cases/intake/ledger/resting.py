"""What rests on a list: the cases it touched, who acted on them, and what of them other lists say too."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson

from cases.intake.lines import evidence_in
from cases.intake.lists.rows import Setting
from cases.intake.steps.columns import mapping_from, orders_from
from cases.intake.steps.reader import Mends, mends_of, read_mended
from cases.models import ListBatch
from cases.models.sealing import open_cells
from cases.selectors.paging import Row, fetch
from cases.workflow.retracting import Retraction

# The cases that its rows lead to, those of repeated rows too where the list had raised them. A merged case leads on.
_TOUCHED: Final = """
    WITH RECURSIVE chain(id, next) AS (
        SELECT c.id, c.merged_into_id FROM cases_listrow r LEFT JOIN cases_listrow f ON f.id = r.same_as_id
        JOIN cases_site s ON s.id = coalesce(r.site_id, f.site_id) JOIN cases_case c ON c.id = s.case_id
        WHERE r.batch_id = %(batch)s AND (r.site_id IS NOT NULL OR c.facts #>> '{prioritised,batch}' = %(name)s
            OR c.facts -> 'retracted' @> jsonb_build_array(jsonb_build_object('list', %(batch)s::text)))
        UNION
        SELECT c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    )
"""
# Since its receipt was recorded, by the order of the events: a clock may be set. Without that event everything counts.
_SINCE: Final = """coalesce((
    SELECT max(x.id) FROM audit_event x WHERE x.action = 'import_received'
    AND x.at BETWEEN %(since)s - interval '1 second' AND %(since)s + interval '1 second'
    AND convert_from(x.body, 'UTF8')::jsonb #>> '{data,batch}' = %(batch)s), 0)"""
# What people do counts; undoing a merge takes back what an import did, and is asked for below.
_ACTED: Final = f"""{_TOUCHED}
    SELECT c.number FROM cases_case c WHERE c.id IN (SELECT id FROM chain) AND EXISTS (
        SELECT FROM audit_event e WHERE e.stream = 'case/' || c.id AND e.seq > 1 AND e.id > {_SINCE}
        AND e.actor_id <> %(system)s AND e.action <> 'undo_merge') ORDER BY c.number
"""
_MERGED: Final = f"""{_TOUCHED}
    SELECT c.number FROM cases_case c WHERE c.id IN (SELECT id FROM chain) AND (
        SELECT count(*) FILTER (WHERE e.action = 'merge_case') - count(*) FILTER (WHERE e.action = 'undo_merge')
        FROM audit_event e WHERE e.stream = 'case/' || c.id AND e.id > {_SINCE}) > 0 ORDER BY c.number
"""
# Per case and family: signals of this list, and those that other lists of its kind bring. Beside it what keeps a case
# on a list: the latest one that is not withdrawn, and whether one of them, or one of their rows, says it is a priority.
_COUNTED: Final = f"""{_TOUCHED}, mine AS (
        SELECT s.case_id, s.family, count(*) AS n FROM cases_signal s JOIN cases_listrow r ON r.id = s.row_id
        WHERE r.batch_id = %(batch)s AND s.withdrawn_at IS NULL GROUP BY 1, 2
    ), touched AS (
        SELECT case_id AS id FROM mine
        UNION SELECT c.id FROM chain h JOIN cases_case c ON c.id = h.id
        WHERE h.next IS NULL AND c.facts #>> '{{prioritised,batch}}' = %(name)s
    ), theirs AS (
        SELECT s.case_id, s.family, b.kind, count(*) AS n FROM cases_signal s
        JOIN cases_listrow r ON r.id = s.row_id JOIN cases_listbatch b ON b.id = r.batch_id
        WHERE s.case_id IN (SELECT id FROM touched) AND r.batch_id <> %(batch)s AND s.withdrawn_at IS NULL
        GROUP BY 1, 2, 3
    ), listed AS (
        SELECT s.case_id, r.id, b.kind, b.name, b.level = 'priority' OR r.reading ? 'level' AS priority
        FROM cases_site s JOIN cases_listrow f ON f.site_id = s.id
        JOIN cases_listrow r ON r.id = f.id OR r.same_as_id = f.id
        JOIN cases_listbatch b ON b.id = r.batch_id AND b.state <> 'withdrawn' AND b.kind <> 'trace'
        WHERE s.case_id IN (SELECT id FROM touched) AND r.batch_id <> %(batch)s
    )
    SELECT t.id::text AS id,
           coalesce((SELECT jsonb_object_agg(m.family, m.n) FROM mine m WHERE m.case_id = t.id), '{{}}')::text AS taken,
           coalesce((SELECT jsonb_object_agg(o.family, o.n) FROM theirs o
                     WHERE o.case_id = t.id AND o.kind = %(kind)s), '{{}}')::text AS left_over,
           (SELECT ARRAY[l.kind, l.name] FROM listed l WHERE l.case_id = t.id ORDER BY l.id DESC LIMIT 1) AS hit,
           coalesce((SELECT bool_or(l.priority) FROM listed l WHERE l.case_id = t.id), false) AS priority
    FROM touched t ORDER BY t.id
"""
# A site that no other list names is known by nothing any more; of the others, what their rows say is asked of the rows.
_KEYS: Final = """
    SELECT k.id, k.kind, k.value, k.township, k.holder, k.seen_on, k.site_id FROM cases_sitekey k
    WHERE k.site_id IN (SELECT r.site_id FROM cases_listrow r WHERE r.batch_id = %s)
"""
_ROWS: Final = """
    SELECT r.site_id, r.number, r.sealed, r.batch_id, b.columns::text AS columns, b.received_at,
           coalesce((r.reading ->> 'sheet')::int, 0) AS sheet, left(a.region_id, 4) AS home, b.kind
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id JOIN agencies_agency a ON a.id = b.agency_id
    WHERE r.site_id = ANY(%s::uuid[]) AND b.state <> 'withdrawn' AND r.erased_at IS NULL
"""


def replies_in_use(batch: ListBatch) -> bool:
    """A reply has found its site, or joined or moved rows of other lists there."""
    sql = "SELECT EXISTS (SELECT FROM cases_listrow WHERE batch_id = %s AND site_id IS NOT NULL) AS used"
    return bool(fetch(sql, [str(batch.id)])[0]["used"])


def acted_on(batch: ListBatch, system: int) -> list[str]:
    """Numbers of the cases on which somebody has acted since the list came."""
    return [row["number"] for row in fetch(_ACTED, _about(batch, system))]


def merged_since(batch: ListBatch, system: int) -> list[str]:
    """Numbers of the cases that an import has merged since the list came, and that are merged still."""
    return [row["number"] for row in fetch(_MERGED, _about(batch, system))]


def retractions(batch: ListBatch) -> list[Retraction]:
    """What every case loses with this list, once its rows have handed over what other lists say too."""
    return [
        Retraction(
            row["id"],
            orjson.loads(row["taken"]),
            orjson.loads(row["left_over"]),
            tuple(row["hit"]) if row["hit"] else None,
            row["priority"],
        )
        for row in fetch(_COUNTED, {**_about(batch, 0), "kind": batch.kind})
    ]


def keys_to_free(batch: ListBatch) -> list[int]:
    """The ids of the keys of its sites that no row of another list teaches."""
    keys = fetch(_KEYS, [str(batch.id)])
    rows = fetch(_ROWS, [sorted({str(key["site_id"]) for key in keys})])
    mends = mends_of({row["batch_id"] for row in rows}, {row["number"] for row in rows}) if rows else {}
    taught: dict[UUID, set[tuple[Any, ...]]] = {}
    for row in rows:
        taught.setdefault(row["site_id"], set()).update(_taught(row, mends.get(row["batch_id"], {})))
    listed = {site for site, found in taught.items() if ("listed",) in found}
    return [key["id"] for key in keys if key["site_id"] not in listed or _key(key) not in taught[key["site_id"]]]


def _about(batch: ListBatch, system: int) -> dict[str, Any]:
    return {"batch": str(batch.id), "name": batch.name, "since": batch.received_at, "system": system}


def _taught(row: Row, mends: Mends) -> set[tuple[Any, ...]]:
    """The keys that a stored row names, its cells set right; a reply alone makes no site, it only names one."""
    columns, number = orjson.loads(row["columns"]), row["number"]
    setting = Setting(row["home"], row["received_at"], orders_from(columns, row["sheet"]))
    cells = open_cells(bytes(row["sealed"]), row["batch_id"].bytes, number)
    read = read_mended(number, cells, mapping_from(columns, row["sheet"]), setting, mends.get(number))
    found = evidence_in(read)
    # A lead that was learned before days were kept has none.
    keys: set[tuple[Any, ...]] = {
        ("broadband", found.broadband),
        ("meter", found.meter),
        ("lead", found.lead, found.day),
        ("lead", found.lead, None),
        ("phone", found.phone, found.holder),
        ("spot", found.spots[0] if found.spots else None, found.holder),
    }
    if found.door:
        keys.add(("door", found.door.value, found.door.township, found.door.holder))
    return {key for key in keys if key[1]} | ({("listed",)} if row["kind"] != "trace" else set())


def _key(key: Row) -> tuple[Any, ...]:
    value, township, holder = (
        None if key[name] is None else bytes(key[name]) for name in ("value", "township", "holder")
    )
    beside = {"door": (township, holder), "lead": (key["seen_on"],), "phone": (holder,), "spot": (holder,)}
    return (key["kind"], value, *beside.get(key["kind"], ()))
