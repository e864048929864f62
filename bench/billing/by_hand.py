"""The same bills as a careful person would write them in set SQL, in one transaction, on a copy of the database.

It writes what the product writes: the bill into the facts of its case, an event in its chain (body, SHA-256), the done
task and the next one, its clock, the line of the outbox, the row of the run. By hand does not mean: gates, four eyes,
the engine of prices (one price times the energy), rights and row-level security, chunks that can be resumed, the
deferred check that a case and its events agree.
"""

from __future__ import annotations

from typing import Any

from bench.billing.world import unguarded

_STAGING = "CREATE TEMP TABLE reading (number int PRIMARY KEY, account text, first date, last date, kwh numeric)"
_BILLS = """
CREATE TEMP TABLE bill ON COMMIT DROP AS
SELECT r.number, r.kwh, c.id AS case_id, c.version, c.head, t.id AS task, t.agency_id, gen_random_uuid() AS next_task,
    c.number || '-B01' AS no, round(r.kwh * 0.6664, 2) AS energy, round(r.kwh * 0.30, 2) AS surcharge, r.first, r.last
FROM reading r JOIN audit_sealed s ON s.data->>'account' = r.account JOIN audit_event e ON e.id = s.event_id
JOIN cases_case c ON e.stream = 'case/' || c.id
JOIN cases_task t ON t.case_id = c.id AND t.kind = 'issue_bill' AND t.state = 'open';
CREATE TEMP TABLE event ON COMMIT DROP AS
SELECT b.*, x.body, sha256('\\x00'::bytea || x.body) AS leaf FROM bill b CROSS JOIN LATERAL (
    SELECT convert_to(jsonb_build_object('stream', 'case/' || b.case_id, 'seq', b.version + 1, 'action', 'issue_bill',
        'prev', encode(b.head, 'hex'), 'at', now(), 'set', jsonb_build_object('no', b.no, 'kwh', b.kwh::text,
            'lines', jsonb_build_array(jsonb_build_array('commercial', b.energy),
                jsonb_build_array('surcharge', b.surcharge)),
            'amount', (b.energy + b.surcharge)::text))::text, 'UTF8') AS body) x;
INSERT INTO audit_event (stream, seq, prev, body, leaf, tx, at, action, actor_id, agency_id)
    SELECT 'case/' || case_id, version + 1, head, body, leaf, pg_current_xact_id(), now(), 'issue_bill', 1, agency_id
    FROM event;
UPDATE cases_case c SET version = e.version + 1, head = e.leaf, updated_at = now(),
    facts = jsonb_set(c.facts, '{surcharge,bills}', coalesce(c.facts->'surcharge'->'bills', '[]') || jsonb_build_object(
        'no', e.no, 'kwh', e.kwh::text, 'energy', e.energy::text, 'surcharge', e.surcharge::text, 'state', 'issued',
        'cycle_from', e.first, 'cycle_to', e.last, 'amount', (e.energy + e.surcharge)::text))
    FROM event e WHERE c.id = e.case_id;
UPDATE cases_task t SET state = 'done', closed_at = now(), closed_seq = b.version + 1 FROM bill b WHERE t.id = b.task;
INSERT INTO cases_task SELECT (jsonb_populate_record(NULL::cases_task, to_jsonb(t)
        || jsonb_build_object('id', b.next_task, 'kind', 'review_bill', 'state', 'open', 'closed_at', NULL,
            'closed_seq', NULL))).*
    FROM cases_task t JOIN bill b ON b.task = t.id;
UPDATE cases_billrunrow r SET fate = 'billed', bill = b.no, amount = b.energy + b.surcharge, surcharge = b.surcharge
    FROM bill b WHERE r.number = b.number;
"""


def bill(connection: Any, content: bytes) -> int:
    """Bill every reading of the file; how many bills that made."""
    rows = [line.split(",") for line in content.decode().splitlines()[1:]]
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        cursor.execute(_STAGING)
        cursor.execute(
            "INSERT INTO reading SELECT * FROM unnest(%s::int[], %s::text[], %s::date[], %s::date[], %s::numeric[])",
            [list(range(1, len(rows) + 1)), *(list(column) for column in zip(*rows, strict=True))],
        )
        with unguarded(cursor):
            cursor.execute(_BILLS)
            made = int(cursor.rowcount)
    if made != len(rows):
        raise RuntimeError(f"{made} bills by hand of {len(rows)} readings")
    return made
