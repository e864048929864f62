"""What our run wrote: read for writing it again by hand, and compared with what that wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.handoffs.by_hand import Record

EVENTS = """
SELECT substr(e.stream, 6), e.body, s.salt, s.data::text, k.key, k.request_hash, k.response,
       (SELECT jsonb_agg(jsonb_build_array(o.topic, o.agency_id, o.payload::text) ORDER BY o.id)
        FROM cases_outbox o WHERE o.case_id = substr(e.stream, 6)::uuid AND o.seq = e.seq),
       (SELECT v.content FROM cases_documentversion v JOIN cases_document d ON d.id = v.document_id
        WHERE d.case_id = substr(e.stream, 6)::uuid AND d.event_seq = e.seq)
FROM audit_event e
JOIN cases_idempotencykey k ON k.actor_id = e.actor_id AND k.key = substr(e.stream, 6) || '/' || e.seq
LEFT JOIN audit_sealed s ON s.event_id = e.id
WHERE e.stream = ANY(%s) AND e.seq > 1 ORDER BY e.stream, e.seq
"""
# Everything but numbers that the database gives (ids of rows, the transaction, the serial that workers take in another
# order): these differ by nature.
TABLES = {
    "audit_event": "SELECT stream, seq, prev, body, leaf, at, action, actor_id, agency_id FROM audit_event"
    " WHERE stream = ANY(%(streams)s)",
    "audit_sealed": "SELECT e.stream, e.seq, s.salt, s.data FROM audit_sealed s JOIN audit_event e ON e.id = s.event_id"
    " WHERE e.stream = ANY(%(streams)s)",
    "cases_case": "SELECT * FROM cases_case WHERE id = ANY(%(ids)s::uuid[])",
    "cases_task": "SELECT * FROM cases_task WHERE case_id = ANY(%(ids)s::uuid[])",
    "cases_clockinterval": "SELECT case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq,"
    " started_at, ended_at FROM cases_clockinterval WHERE case_id = ANY(%(ids)s::uuid[])",
    "cases_caseagency": "SELECT * FROM cases_caseagency WHERE case_id = ANY(%(ids)s::uuid[])",
    "cases_document": "SELECT id, case_id, kind, agency_id, year, number, event_seq, at, sha256, template,"
    " template_sha256 FROM cases_document WHERE case_id = ANY(%(ids)s::uuid[])",
    "cases_documentversion": "SELECT document_id, version, content, v.sha256, v.template, made_by_id, v.at"
    " FROM cases_documentversion v JOIN cases_document d ON d.id = v.document_id WHERE case_id = ANY(%(ids)s::uuid[])",
    "cases_documentseries": "SELECT * FROM cases_documentseries",
    "cases_outbox": "SELECT case_id, seq, topic, agency_id, payload, created_at FROM cases_outbox"
    " WHERE case_id = ANY(%(ids)s::uuid[])",
    "cases_idempotencykey": "SELECT actor_id, key, request_hash, response - 'event_id', created_at"
    " FROM cases_idempotencykey WHERE split_part(key, '/', 1) = ANY(%(ids)s)",
    "cases_taskcounterdelta": "SELECT agency_id, region_code, stage, sum(n) FROM cases_taskcounterdelta"
    " GROUP BY agency_id, region_code, stage",
}


def records(connection: Any, case_ids: Sequence[str]) -> dict[str, list[Record]]:
    """The events of each case after its first, in order, with the rows beside them. The key was CASE/SEQ."""
    found: dict[str, list[Record]] = {case_id: [] for case_id in case_ids}
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [[f"case/{case_id}" for case_id in case_ids]])
        for case_id, body, salt, sealed, key, digest, response, outbox, paper in cursor.fetchall():
            told = [(topic, agency, payload) for topic, agency, payload in outbox or ()]
            kept = (bytes(salt or b""), sealed or "", (key, digest, response), bytes(paper or b""))
            record = Record(bytes(body), told, *kept)
            found[case_id].append(record)
    return found


def differences(ours: Any, theirs: Any, case_ids: Sequence[str]) -> list[str]:
    """The tables in which the two databases do not hold the same rows of these cases."""
    values = {"ids": list(case_ids), "streams": [f"case/{case_id}" for case_id in case_ids]}
    return [table for table, sql in TABLES.items() if _print(ours, sql, values) != _print(theirs, sql, values)]


def _print(connection: Any, sql: str, values: dict[str, list[str]]) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), md5(string_agg(x::text, E'\\n' ORDER BY x::text)) FROM ({sql}) x", values)
        rows, digest = cursor.fetchone()
        return int(rows), str(digest)
