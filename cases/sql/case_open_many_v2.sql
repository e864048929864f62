-- case_open_many v2: as v1, with the unit, person, deadline and event of each interval.
-- The first events of many cases, written set by set: one statement a table for all of them.
-- Called by case_commit only. Same bodies, same rows, same refusals as there; see the head of that file.
CREATE OR REPLACE FUNCTION case_open_many(p_bodies bytea[], p_side jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    -- Each body and each leaf once; the statements below unnest them in the order of the bodies.
    v_bodies jsonb[] := ARRAY(SELECT convert_from(x.raw, 'UTF8')::jsonb
                              FROM unnest(p_bodies) WITH ORDINALITY AS x(raw, n) ORDER BY n);
    v_leaves bytea[] := ARRAY(SELECT sha256('\x00'::bytea || x.raw)
                              FROM unnest(p_bodies) WITH ORDINALITY AS x(raw, n) ORDER BY n);
    v_events bigint[];
    v_wrong text;
BEGIN
    -- A body of another shape would be found wrong for ever (see audit_append_internal); an opening ends, moves and
    -- numbers nothing.
    SELECT b ->> 'stream' INTO v_wrong FROM unnest(v_bodies) AS b
    WHERE (b -> 'v') IS DISTINCT FROM '1' OR (b -> 'seq') IS DISTINCT FROM '1'
       OR jsonb_typeof(b -> 'action') IS DISTINCT FROM 'string'
       OR (b ->> 'stream' ~ '^case/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') IS NOT TRUE
       OR (b ->> 'at' ~ '^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$') IS NOT TRUE
       OR (b -> 'actor' ?& '{id,agency,username,role}') IS NOT TRUE
       OR jsonb_typeof(b #> '{actor,id}') NOT IN ('number', 'null')
       OR jsonb_typeof(b #> '{actor,agency}') NOT IN ('number', 'null')
       OR b ?| '{close,touch,clock,document}' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no first event of a case: %', coalesce(v_wrong, 'a body without a stream')
            USING ERRCODE = 'LZ004';
    END IF;
    SELECT b ->> 'stream' INTO v_wrong FROM unnest(v_bodies) AS b
    WHERE (b ->> 'prev') IS DISTINCT FROM repeat('00', 32) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the first event of % follows another one', v_wrong USING ERRCODE = 'LZ001';
    END IF;
    SELECT x.b ->> 'stream' INTO v_wrong FROM unnest(v_bodies) WITH ORDINALITY AS x(b, n)
    WHERE x.b ? 'sealed' AND NOT coalesce(p_side -> (x.n - 1)::integer ? 'sealed', false) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the first event of % promises sealed data that are not there', v_wrong
            USING ERRCODE = 'LZ005';
    END IF;

    INSERT INTO cases_case (id, number, stage, version, region_code, level, source, title, outcome, review_on,
                            merged_into_id, lead_agency_id, confidentiality, facts, head, opened_at,
                            updated_at, stage_since, closed_at)
    SELECT substr(b ->> 'stream', 6)::uuid, k ->> 'number', b ->> 'to', 1, k ->> 'region_code', k ->> 'level',
           k ->> 'source', k ->> 'title', NULL, NULL, NULL, (k ->> 'lead_agency_id')::bigint, k ->> 'confidentiality',
           coalesce(b -> 'set', '{}'), leaf, at, at, at, NULL
    FROM unnest(v_bodies, v_leaves) WITH ORDINALITY AS x(b, leaf, n),
         LATERAL (SELECT coalesce(b -> 'case', '{}') AS k, (b ->> 'at')::timestamptz AS at) AS y ORDER BY n;

    WITH written AS (
        INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id)
        SELECT b ->> 'stream', 1, decode(repeat('00', 32), 'hex'), raw, leaf, (b ->> 'at')::timestamptz,
               b ->> 'action', (b #>> '{actor,id}')::bigint, (b #>> '{actor,agency}')::bigint
        FROM unnest(p_bodies, v_bodies, v_leaves) WITH ORDINALITY AS x(raw, b, leaf, n) ORDER BY n
        ON CONFLICT (stream, seq) DO NOTHING
        RETURNING id, stream
    )
    SELECT array_agg(w.id ORDER BY x.n) INTO v_events
    FROM unnest(v_bodies) WITH ORDINALITY AS x(b, n) JOIN written w ON w.stream = x.b ->> 'stream';
    IF cardinality(v_events) IS DISTINCT FROM cardinality(p_bodies) THEN
        RAISE EXCEPTION 'another first event of one of these cases was there before' USING ERRCODE = 'LZ001';
    END IF;

    INSERT INTO cases_task (id, case_id, kind, agency_id, unit_id, roles, assignee_id, state, stage, region_code, rank,
                            opened_at, due_at, due_rule, provisional, accepted_at, returns, data, opened_seq)
    SELECT x.id, substr(b ->> 'stream', 6)::uuid, x.kind, x.agency, x.unit, x.roles, x.assignee, 'open', b ->> 'to',
           b #>> '{case,region_code}', agencies_rank(b #>> '{case,confidentiality}'), (b ->> 'at')::timestamptz, x.due,
           x.due_rule, coalesce(x.provisional, false), x.accepted_at, coalesce(x.returns, 0), coalesce(x.data, '{}'), 1
    FROM unnest(v_bodies) AS b, jsonb_to_recordset(b -> 'open') AS x(id uuid, kind text, agency bigint, unit bigint,
         roles text[], assignee bigint, due timestamptz, due_rule text, provisional boolean, accepted_at timestamptz,
         returns integer, data jsonb);
    INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
    SELECT x.agency, b #>> '{case,region_code}', b ->> 'to', agencies_rank(b #>> '{case,confidentiality}'), count(*)
    FROM unnest(v_bodies) AS b, jsonb_to_recordset(b -> 'open') AS x(agency bigint) GROUP BY 1, 2, 3, 4;
    INSERT INTO cases_clockinterval (case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq, started_at)
    SELECT substr(b ->> 'stream', 6)::uuid, x.id, x.agency, x.unit, x.assignee, 'running', 'opened', x.due, 1,
           (b ->> 'at')::timestamptz
    FROM unnest(v_bodies) AS b, jsonb_to_recordset(b -> 'open') AS x(id uuid, agency bigint, unit bigint,
         assignee bigint, due timestamptz);

    -- Who sees the case from now on; what the event says goes before what a task implies, and an agency that is both
    -- sees the case through its own task before its unit's.
    INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
    SELECT DISTINCT ON (s.agency, x.n) s.agency, substr(b ->> 'stream', 6)::uuid, s.relation, (b ->> 'at')::timestamptz
    FROM unnest(v_bodies) WITH ORDINALITY AS x(b, n), LATERAL (
        SELECT agency, relation, 0 AS place FROM jsonb_to_recordset(b -> 'share') AS r(agency bigint, relation text)
        UNION ALL SELECT agency, 'task', 1 FROM jsonb_to_recordset(b -> 'open') AS r(agency bigint)
        UNION ALL SELECT unit, 'unit', 2 FROM jsonb_to_recordset(b -> 'open') AS r(unit bigint) WHERE unit IS NOT NULL
    ) AS s ORDER BY s.agency, x.n, s.place;

    INSERT INTO cases_outbox (case_id, seq, topic, agency_id, payload, created_at)
    SELECT substr(b ->> 'stream', 6)::uuid, 1, o.topic, o.agency, o.payload, (b ->> 'at')::timestamptz
    FROM unnest(v_bodies) WITH ORDINALITY AS x(b, n),
         jsonb_to_recordset(p_side -> (n - 1)::integer -> 'outbox') AS o(topic text, agency bigint, payload jsonb)
    ORDER BY n;
    PERFORM audit_seal(e, decode(s #>> '{sealed,salt}', 'hex'), convert_to(s #>> '{sealed,data}', 'UTF8'))
    FROM unnest(v_events) WITH ORDINALITY AS x(e, n), LATERAL (SELECT p_side -> (n - 1)::integer AS s) AS y
    WHERE s ? 'sealed';
    INSERT INTO cases_idempotencykey (actor_id, key, request_hash, response, created_at)
    SELECT (b #>> '{actor,id}')::bigint, s #>> '{idempotency,key}', s #>> '{idempotency,hash}',
           (s #> '{idempotency,response}') || jsonb_build_object('event_id', e, 'leaf', encode(leaf, 'hex')),
           (b ->> 'at')::timestamptz
    FROM unnest(v_bodies, v_leaves, v_events) WITH ORDINALITY AS x(b, leaf, e, n),
         LATERAL (SELECT p_side -> (n - 1)::integer AS s) AS y
    WHERE s ? 'idempotency';
    RETURN (SELECT jsonb_agg(jsonb_build_object('event_id', e, 'leaf', encode(leaf, 'hex')) ORDER BY n)
            FROM unnest(v_events, v_leaves) WITH ORDINALITY AS x(e, leaf, n))::text;
END $$;
