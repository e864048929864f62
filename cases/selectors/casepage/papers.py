"""Whether documents and files are still what was put on record: the content, its row, and the event that names it.

A verdict of None: the content is not there to be compared (erased), or was not read this time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys
from cases.selectors.paging import Row, fetch

# So much of the newest files is read and hashed with a page that somebody opens; the rest when it is asked for.
AT_ONCE: Final = 8 * 2**20
EVERYTHING: Final = 2**62
ALWAYS: Final = datetime(9999, 1, 1, tzinfo=UTC)

_DOCUMENTS = f"""
SELECT d.id::text AS id, e.id AS event_id, v.versions, s.at AS served_at,
    d.sha256 IS NULL OR (e.body #>> '{{document,sha256}}' = d.sha256 AND v.agree AND v.first = d.sha256) AS agrees
FROM cases_document d
CROSS JOIN LATERAL (SELECT 'case/' || d.case_id AS stream OFFSET 0) n
LEFT JOIN LATERAL (SELECT x.id, convert_from(x.body, 'UTF8')::jsonb AS body FROM audit_event x
    WHERE x.stream = n.stream AND x.seq = d.event_seq) e ON true
LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE t.at < %s) AS versions,
        min(t.sha256) FILTER (WHERE t.version = 1) AS first,
        bool_and(encode(sha256(t.content), 'hex') = t.sha256 AND (t.version = 1 OR t.earlier = b.sha256)) AS agree
    FROM cases_documentversion t
    LEFT JOIN cases_documentversion b ON b.document_id = t.document_id AND b.version = t.version - 1
    WHERE t.document_id = d.id) v ON true
LEFT JOIN LATERAL (SELECT x.at FROM audit_event x WHERE x.stream = n.stream
    AND x.at < %s AND x.action IN ('serve_notice', 'notify_subscriber')
    AND convert_from(x.body, 'UTF8')::jsonb #>> '{{served,document}}' = d.id::text
    ORDER BY x.seq DESC LIMIT 1) s ON true
WHERE d.case_id = %s AND {seen("d.case_id")}
"""
_FILES = f"""
WITH named AS (
    SELECT DISTINCT ON (f ->> 'id') f ->> 'id' AS id, f ->> 'sha256' AS sha256, e.id AS event_id
    FROM audit_event e CROSS JOIN LATERAL jsonb_array_elements(
        coalesce(convert_from(e.body, 'UTF8')::jsonb -> 'files', '[]')) f
    WHERE e.stream = 'case/' || %s AND e.at < %s ORDER BY f ->> 'id', e.seq)
SELECT a.id::text AS id, n.event_id, a.total <= %s AS reached,
    CASE WHEN a.erased_at IS NULL AND a.total <= %s
         THEN encode(sha256(a.content), 'hex') = a.sha256 AND coalesce(n.sha256 = a.sha256, true) END AS agrees
FROM (SELECT b.*, sum(b.size) OVER (ORDER BY b.at DESC, b.id) AS total FROM cases_attachment b
      WHERE b.case_id = %s AND {seen("b.case_id")}) a
LEFT JOIN named n ON n.id = a.id::text
"""

_TEXTS = f"""SELECT d.id::text AS id, t.version, t.content FROM cases_document d
    JOIN LATERAL (SELECT v.version, v.content FROM cases_documentversion v WHERE v.document_id = d.id
                  ORDER BY v.version DESC LIMIT 1) t ON true
    WHERE d.case_id = %s AND {seen("d.case_id")}"""


def documents_compared(actor: Actor, case_id: UUID | str, *, until: datetime = ALWAYS) -> dict[str, Row]:
    """By id: whether all versions are what they were, the event that issued it, and when it was handed over.

    `until`: which version was the latest, and whether it had been handed over, at that moment.
    """
    return {row["id"]: row for row in fetch(_DOCUMENTS, [until, until, str(case_id), sight_keys(actor)])}


def files_compared(
    actor: Actor, case_id: UUID | str, *, most: int = AT_ONCE, until: datetime = ALWAYS
) -> dict[str, dict[str, Any]]:
    """By id: whether the content is what was uploaded, and the event that named it; the newest first, up to `most`.

    `until`: only what acts before that moment named; a file that none has named is no part of the record yet.
    """
    values = [str(case_id), until, most, most, str(case_id), sight_keys(actor)]
    return {row["id"]: row for row in fetch(_FILES, values)}


def latest_texts(actor: Actor, case_id: UUID | str) -> dict[str, tuple[int, bytes]]:
    """By id the latest version of each document and its text, for those that this person may read."""
    rows = fetch(_TEXTS, [str(case_id), sight_keys(actor)])
    return {row["id"]: (row["version"], bytes(row["content"])) for row in rows}
