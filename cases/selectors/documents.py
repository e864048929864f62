"""Numbered documents: one with its versions and what became of it, and the registers of numbers of an agency."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.facts import facts_shown
from cases.selectors.precision.files import may_open
from cases.selectors.reach.parts import Reading, reading

# In these stands what the author of the act typed to the receiver; whoever only watches a case sees no typed text.
TYPED: Final = frozenset({"advice", "assistance", "objection_answer", "referral", "stay_lifted", "transfer", "urge"})
NEWEST = 2_147_483_647

_DOCUMENT = f"""
SELECT d.id, d.case_id, c.number AS case_number, d.kind, d.number, d.agency_id, d.attachment_id, d.event_seq, d.at,
    d.template, (SELECT n FROM agencies_stamp) AS stamp, v.reason AS void_reason, v.explanation AS void_explanation,
    v.at AS voided_at, v.voided_by_id, w.display_name AS voider,
    (SELECT max(version) FROM cases_documentversion t WHERE t.document_id = d.id) AS latest,
    EXISTS (SELECT FROM (VALUES ('suspension', 'approved'), ('surcharge', 'accepted')) AS w(fact, state)
            WHERE c.facts -> w.fact ->> 'state' = w.state
            AND c.facts -> w.fact -> 'paper' ->> 'id' = d.id::text) AS waiting
FROM cases_document d JOIN cases_case c ON c.id = d.case_id
LEFT JOIN cases_documentvoid v ON v.document_id = d.id LEFT JOIN agencies_user w ON w.id = v.voided_by_id
WHERE d.id = %s AND {seen("d.case_id")}
"""
_VERSIONS = f"""
SELECT t.version, t.sha256, t.earlier, t.reason, t.at, t.made_by_id, u.display_name AS maker
FROM cases_documentversion t JOIN cases_document d ON d.id = t.document_id
LEFT JOIN agencies_user u ON u.id = t.made_by_id
WHERE d.id = %s AND {seen("d.case_id")} ORDER BY t.version
"""

_TEXT = f"""
SELECT t.content FROM cases_documentversion t JOIN cases_document d ON d.id = t.document_id
WHERE d.id = %s AND t.version = %s AND {seen("d.case_id")}
"""

_SIGNED_FOR = f"""
SELECT audit_on_behalf(e.body) AS id FROM cases_document d
JOIN audit_event e ON e.stream = 'case/' || d.case_id AND e.seq = d.event_seq
WHERE d.id = %s AND {seen("d.case_id")}
"""

_SERVICE = f"""
SELECT e.seq, (convert_from(e.body, 'UTF8')::jsonb -> 'set')::text AS facts FROM cases_document d
JOIN audit_event e ON e.stream = 'case/' || d.case_id AND e.action IN ('serve_notice', 'notify_subscriber')
WHERE d.id = %s AND convert_from(e.body, 'UTF8')::jsonb #>> '{{served,document}}' = d.id::text AND {seen("d.case_id")}
"""


def is_told(row: dict[str, Any], read: Reading) -> bool:
    """Whether a document of a visible case belongs to what somebody reads of it."""
    own = row["agency"] in read.agencies
    return read.whole or own or (row["seq"] in read.events and row["seq"] not in read.called_off)


def get_document(actor: Actor, document_id: UUID) -> Row | None:
    """One document of a visible case with its versions, without texts; None where there is none for this person."""
    keys = sight_keys(actor)
    found = fetch(_DOCUMENT, [str(document_id), keys]) if keys else []
    read = reading(actor, found[0]["case_id"]) if found else None
    if read is None or not is_told({"agency": found[0]["agency_id"], "seq": found[0]["event_seq"]}, read):
        return None
    row, directory = found[0], get_directory(stamp=found[0]["stamp"])
    file = {"agency": {"id": row["agency_id"]}, "kind": row["kind"]}
    void = {
        "reason": row["void_reason"],
        "explanation": row["void_explanation"],
        "at": row["voided_at"],
        "by": refs.person(row["voided_by_id"], row["voider"]),
    }
    return {
        "id": str(row["id"]),
        "case": str(row["case_id"]),
        "case_number": row["case_number"],
        "agency": refs.agency(directory, row["agency_id"]),
        **{name: row[name] for name in ("kind", "number", "at", "template", "latest")},
        "attachment": str(row["attachment_id"]) if row["attachment_id"] else None,
        "seq": row["event_seq"],
        "readable": row["kind"] not in TYPED or may_open(file, read.viewpoint),
        "waiting": row["waiting"],
        "service": _service(row["id"], keys, read),
        "state": "voided" if row["voided_at"] else "corrected" if (row["latest"] or 1) > 1 else "valid",
        "void": void if row["voided_at"] else None,
        "versions": [
            {
                **{name: each[name] for name in ("version", "sha256", "earlier", "reason", "at")},
                "by": refs.person(each["made_by_id"], each["maker"]),
            }
            for each in fetch(_VERSIONS, [str(document_id), keys])
        ],
    }


def _service(document_id: UUID, keys: list[int], read: Reading) -> Row:
    """The facts as the act left them that handed the document over; empty where it was not, or that act is not told."""
    for row in fetch(_SERVICE, [str(document_id), keys]):
        if read.whole or (row["seq"] in read.events and row["seq"] not in read.called_off):
            return facts_shown(orjson.loads(row["facts"]), read.viewpoint)[0]
    return {}


def signed_for(actor: Actor, document_id: UUID | str) -> int | None:
    """In whose stead a substitute signed the document; None where the one who signed it stood in for nobody."""
    rows = fetch(_SIGNED_FOR, [str(document_id), sight_keys(actor)])
    return rows[0]["id"] if rows else None


def text_of(actor: Actor, document_id: UUID | str, version: int) -> bytes | None:
    """The text of a version of a document that `get_document` told to this person."""
    rows = fetch(_TEXT, [str(document_id), version, sight_keys(actor)])
    return bytes(rows[0]["content"]) if rows else None


def list_series(actor: Actor) -> list[Row]:
    """Every series of numbers that this person may read, by agency, kind and year, the newest year first."""
    if not actor.posts:
        return []
    directory = get_directory()
    rows = fetch("SELECT agency_id, kind, year, last, voided FROM document_series()", [])
    found = [{**row, "agency": refs.agency(directory, row["agency_id"])} for row in rows]
    return sorted(found, key=lambda row: (-row["year"], row["agency"]["code"] if row["agency"] else "", row["kind"]))


def list_register(agency_id: int, kind: str, year: int, *, below: int = NEWEST, size: int = 50) -> list[Row]:
    """The numbers of one series, the newest first; empty for one that this person may not read.

    `document` and `case` are None where the case is not within sight: the register has every number all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM document_register(%s, %s, %s, %s, %s)", [agency_id, kind, year, min(below, NEWEST), size]
        )
        names = ("serial", "number", "at", "voided_at", "reason", "versions", "document", "case")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
