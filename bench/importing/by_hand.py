"""The same list as a careful person would load it: COPY into a staging table, then set SQL, in one transaction.

Two yardsticks, from the same rows:

`same_rows` writes what the product writes into a clone of its database, with the same tables, keys, indexes and
references: the list and its rows, sites and their keys, signals, personal values, cases with their search, events in
their chains (body, SHA-256), tasks, clocks, participants, counters, outbox. By hand does not mean: gates, sealing and
keyed hashes (values stand in clear, keys are plain SHA-256), the reading of addresses and times, fates but the repeats,
chunks that can be resumed, the deferred check that a case and its events agree.

`four_tables` writes four plain tables (case, row, event, task): the least with which one could speak of an import.
"""

from __future__ import annotations

import io
from typing import Any

Rows = list[tuple[str, ...]]

NAMES = "ip, port, pool, first, last, operator, address, holder, meter, kwh"
STAGING = """
    CREATE TEMP TABLE staging (n bigint GENERATED ALWAYS AS IDENTITY, ip text, port int, pool text, first timestamptz,
        last timestamptz, operator text, address text, holder text, meter text, kwh numeric) ON COMMIT DROP
"""
PLAIN_TABLES = """
    CREATE TABLE raw_case (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, meter text NOT NULL UNIQUE, title text,
        region text, stage text, head bytea, opened_at timestamptz);
    CREATE INDEX ON raw_case (region, stage, id); CREATE INDEX ON raw_case (opened_at);
    CREATE TABLE raw_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES raw_case,
        identity text NOT NULL UNIQUE, raw jsonb, seen timestamptz);
    CREATE INDEX ON raw_row (case_id);
    CREATE TABLE raw_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES raw_case,
        seq int, body bytea, leaf bytea, UNIQUE (case_id, seq));
    CREATE INDEX ON raw_event (case_id, id);
    CREATE TABLE raw_task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES raw_case,
        kind text, agency int, state text, due_at timestamptz);
    CREATE INDEX ON raw_task (agency, due_at, id) WHERE state = 'open'; CREATE INDEX ON raw_task (case_id);
"""
PLAIN = """
    CREATE TEMP TABLE fresh ON COMMIT DROP AS
        SELECT DISTINCT ON (ip, port, first::date, pool) *, concat_ws('|', ip, port, first::date, pool) AS identity
        FROM staging ORDER BY ip, port, first::date, pool, n;
    INSERT INTO raw_case (meter, title, region, stage, opened_at)
        SELECT DISTINCT ON (meter) meter, left(address, 3) || ' 居民用户', left(address, 3), 'monitoring', now()
        FROM fresh ORDER BY meter, n ON CONFLICT DO NOTHING;
    INSERT INTO raw_row (case_id, identity, raw, seen)
        SELECT c.id, f.identity, to_jsonb(f), f.first FROM fresh f JOIN raw_case c USING (meter)
        ON CONFLICT DO NOTHING;
    INSERT INTO raw_event (case_id, seq, body, leaf)
        SELECT case_id, seq, body, sha256('\\x00'::bytea || body) FROM (
            SELECT r.case_id, row_number() OVER (PARTITION BY r.case_id ORDER BY r.id) AS seq,
                   convert_to(jsonb_build_object('case', r.case_id, 'at', now(), 'action', 'open_case', 'row', r.id,
                       'set', jsonb_build_object('signals', jsonb_build_object('traffic', 1)))::text, 'UTF8') AS body
            FROM raw_row r) x;
    INSERT INTO raw_task (case_id, kind, agency, state, due_at)
        SELECT id, 'triage', 1, 'open', now() + interval '3 days' FROM raw_case;
    UPDATE raw_case c SET head = e.leaf FROM raw_event e
        WHERE e.case_id = c.id AND e.seq = (SELECT max(seq) FROM raw_event x WHERE x.case_id = c.id);
"""
# The clone keeps tables, keys, references, indexes and search; what holds a case and its events together goes.
RELIEVED = "DROP TRIGGER case_row_has_event ON cases_case; DROP TRIGGER case_event_has_row ON audit_event"
SAME = """
    CREATE TEMP TABLE list ON COMMIT DROP AS
        SELECT gen_random_uuid() AS id, a.id AS agency, u.id AS person, u.username, now() AS at
        FROM agencies_agency a, agencies_user u WHERE a.code = '320300-telecom' AND u.username = 'system';
    INSERT INTO cases_listbatch (id, name, kind, agency_id, issuer, level, filename, sha256, size, received_at,
            received_by_id, due_rule, due_provisional, finished_at, state, columns, rows_total, rows_done, moved_at,
            counts, preview, withdrawn_why)
        SELECT id, 'by hand', 'telecom', agency, '', 'full', 'list.csv', encode(sha256('list'), 'hex'), 1, at, person,
            '', false, at, 'done', '{}', s.n, s.n, at, '{}', '{}', '' FROM list, (SELECT count(*) AS n FROM staging) s;
    CREATE TEMP TABLE seen ON COMMIT DROP AS
        SELECT s.*, nextval('cases_listrow_id_seq') AS id, concat_ws('|', ip, port, first::date, pool) AS identity,
            lag(0) OVER (PARTITION BY ip, port, first::date, pool ORDER BY n) IS NOT NULL AS again
        FROM (SELECT * FROM staging ORDER BY n) s;
    CREATE TEMP TABLE found ON COMMIT DROP AS
        SELECT x.*, gen_random_uuid() AS case_id, gen_random_uuid() AS site, gen_random_uuid() AS task,
            'XZ26-' || nextval('cases_case_number_seq') AS number, r.code AS region, l.at,
            left(x.address, 3) || ' 居民用户' AS title, l.person, l.username
        FROM (SELECT DISTINCT ON (meter) meter, address, holder, count(*) OVER (PARTITION BY meter) AS signals
              FROM seen WHERE NOT again ORDER BY meter, n) x
        JOIN agencies_region r ON r.name = left(x.address, length(r.name)) AND r.parent_id = '3203', list l;
    CREATE INDEX ON found (meter);
    ANALYZE found; ANALYZE seen;
    CREATE TEMP TABLE lead ON COMMIT DROP AS
        SELECT a.id, a.region_id, a.kind, row_number() OVER (ORDER BY length(a.region_id) DESC, a.kind) AS place
        FROM agencies_agency a WHERE a.active AND a.parent_id IS NULL AND starts_with('3203', a.region_id)
            AND a.kind IN ('development_commission', 'supervision');
    CREATE TEMP TABLE opening ON COMMIT DROP AS
        SELECT f.*, convert_to(jsonb_build_object('v', 1, 'stream', 'case/' || f.case_id, 'seq', 1,
            'prev', repeat('00', 32), 'at', to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'action', 'open_case', 'to', 'monitoring', 'actor', jsonb_build_object('id', f.person, 'username',
                f.username, 'agency', NULL, 'role', 'system'),
            'set', jsonb_build_object('signals', jsonb_build_object('traffic', 1), 'submissions', 1,
                'source', jsonb_build_object('kind', 'telecom', 'batch', 'by hand', 'site', f.site)),
            'case', jsonb_build_object('number', f.number, 'title', f.title, 'region_code', f.region, 'level', 'normal',
                'source', 'telecom', 'lead_agency_id', l.id, 'confidentiality', 'ordinary'),
            'open', jsonb_build_array(jsonb_build_object('id', f.task, 'kind', 'triage', 'agency', l.id,
                'roles', '["handler"]'::jsonb, 'due', f.at + interval '3 days', 'due_rule', 'triage:3 working_days')),
            'share', (SELECT jsonb_agg(jsonb_build_object('agency', id, 'relation', kind)) FROM lead),
            'basis', '["ndrc_1283.project_list","ndrc_1283.cross_check"]'::jsonb)::text, 'UTF8') AS body, l.id AS lead
        FROM found f, (SELECT id FROM lead WHERE place = 1) l;
    CREATE TEMP TABLE event ON COMMIT DROP AS
        SELECT case_id, 1 AS seq, body, sha256('\\x00'::bytea || body) AS leaf, decode(repeat('00', 32), 'hex') AS prev,
            'open_case' AS action, person, at FROM opening;
    INSERT INTO event SELECT e.case_id, 2, x.body, sha256('\\x00'::bytea || x.body), e.leaf, 'attach_signal', e.person,
            e.at
        FROM event e JOIN found f USING (case_id), LATERAL (SELECT convert_to(jsonb_build_object('v', 1, 'seq', 2,
            'stream', 'case/' || f.case_id, 'prev', encode(e.leaf, 'hex'), 'action', 'attach_signal',
            'at', to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'from', 'monitoring',
            'to', 'monitoring', 'set', jsonb_build_object('signals', jsonb_build_object('traffic', f.signals)))::text,
            'UTF8') AS body) x WHERE f.signals > 1;
    INSERT INTO cases_case (id, number, stage, version, region_code, level, source, title, lead_agency_id,
            confidentiality, facts, head, opened_at, updated_at, stage_since)
        SELECT f.case_id, f.number, 'monitoring', e.seq, f.region, 'normal', 'telecom', f.title, f.lead, 'ordinary',
            jsonb_build_object('signals', jsonb_build_object('traffic', f.signals), 'submissions', 1,
                'source', jsonb_build_object('kind', 'telecom', 'batch', 'by hand', 'site', f.site)),
            e.leaf, f.at, f.at, f.at
        FROM opening f JOIN (SELECT DISTINCT ON (case_id) * FROM event ORDER BY case_id, seq DESC) e USING (case_id);
    INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id)
        SELECT 'case/' || case_id, seq, prev, body, leaf, at, action, person FROM event;
    INSERT INTO cases_task (id, case_id, kind, agency_id, roles, state, stage, region_code, rank, opened_at, due_at,
            due_rule, provisional, returns, data, opened_seq)
        SELECT task, case_id, 'triage', lead, '{handler}', 'open', 'monitoring', region, 0, at, at + interval '3 days',
            'triage:3 working_days', false, 0, '{}', 1 FROM opening;
    INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
        SELECT lead, region, 'monitoring', 0, least(count(*), 32767) FROM opening GROUP BY 1, 2;
    INSERT INTO cases_clockinterval (case_id, task_id, agency_id, state, reason, due_at, seq, started_at)
        SELECT case_id, task, lead, 'running', 'opened', at + interval '3 days', 1, at FROM opening;
    INSERT INTO cases_caseagency (agency_id, case_id, relation, since, rank)
        SELECT l.id, f.case_id, CASE l.place WHEN 1 THEN 'lead' ELSE 'supervisor' END, f.at, 0 FROM opening f, lead l;
    INSERT INTO cases_outbox (case_id, seq, topic, agency_id, payload, created_at)
        SELECT case_id, 1, 'task.opened', lead, jsonb_build_object('number', number, 'task', task, 'kind', 'triage',
            'label_zh', '线索分办', 'label_en', 'Triage', 'stage', 'monitoring', 'action', 'open_case', 'by', person,
            'roles', '["handler"]'::jsonb, 'due_at', at + interval '3 days'), at FROM opening;
    INSERT INTO cases_site (id, case_id, region_code, subject, located, created_at)
        SELECT site, case_id, region, 'resident', true, at FROM opening;
    INSERT INTO cases_listrow (id, batch_id, number, sealed, reading, fate, reason, figures, notes, effect, matched,
            identity, sight, same_as_id, site_id)
        SELECT s.id, l.id, s.n, convert_to(to_jsonb(s)::text, 'UTF8'), jsonb_build_object('port', s.port,
                'pool', s.pool, 'operator', s.operator, 'kwh', s.kwh, 'first', s.first,
                'last', s.last, 'county', f.region),
            CASE WHEN s.again THEN 'duplicate' ELSE 'accept' END, 'accepted', '{}', '[]',
            CASE WHEN s.again THEN 'none' ELSE 'added' END, '[]',
            CASE WHEN s.again THEN NULL ELSE substr(sha256(convert_to(s.identity, 'UTF8')), 1, 16) END,
            substr(sha256(convert_to(concat_ws('|', s.ip, s.port, s.first), 'UTF8')), 1, 16),
            CASE WHEN s.again THEN first_value(s.id) OVER (PARTITION BY s.identity ORDER BY s.n) END,
            CASE WHEN s.again THEN NULL ELSE f.site END
        FROM seen s JOIN found f USING (meter), list l;
    INSERT INTO cases_sitekey (site_id, kind, value, holder, flat, created_at)
        SELECT DISTINCT ON (kind, value) x.* FROM seen s JOIN found f USING (meter), LATERAL (VALUES
            (f.site, 'meter', substr(sha256(convert_to('m' || s.meter, 'UTF8')), 1, 16), NULL::bytea, false, f.at),
            (f.site, 'lead', substr(sha256(convert_to('l' || s.ip || s.pool, 'UTF8')), 1, 16), NULL, false, f.at),
            (f.site, 'door', substr(sha256(convert_to('d' || s.address, 'UTF8')), 1, 16),
                substr(sha256(convert_to('h' || s.holder, 'UTF8')), 1, 16), true, f.at))
            AS x(site_id, kind, value, holder, flat, created_at) WHERE NOT s.again;
    INSERT INTO cases_signal (case_id, family, numbers, observed_from, observed_to, row_id, created_at)
        SELECT f.case_id, 'traffic', jsonb_build_object('kwh', s.kwh), s.first, s.last, s.id, f.at
        FROM seen s JOIN found f USING (meter) WHERE NOT s.again;
    INSERT INTO cases_personalrecord (id, case_id, field, source, sealed, key_id, blind, protected, created_at)
        SELECT gen_random_uuid(), f.case_id, x.field, 'telecom', convert_to(x.value, 'UTF8'), 'none',
            substr(sha256(convert_to(x.field || x.value, 'UTF8')), 1, 16), false, f.at
        FROM found f, LATERAL (VALUES ('holder', f.holder), ('address', f.address), ('meter', f.meter)) x(field, value);
"""


# What to prepare beforehand, and the statements whose time is taken.
SAME_ROWS, FOUR_TABLES = (RELIEVED, SAME), (PLAIN_TABLES, PLAIN)


def run(connection: Any, statements: str) -> None:
    """In a transaction of its own."""
    with connection, connection.cursor() as cursor:
        cursor.execute(statements)


def load(connection: Any, rows: Rows, statements: str) -> None:
    """COPY and set SQL, in one transaction."""
    with connection, connection.cursor() as cursor:
        cursor.execute(STAGING)
        text = io.StringIO("".join("\t".join(row) + "\n" for row in rows))
        cursor.copy_expert(f"COPY staging ({NAMES}) FROM STDIN", text)
        cursor.execute(statements)
