-- escalation chunks v1: deadlines of many regions are taken, and fired, in one transaction. A city after a weekend without
-- power has steps to take in each of its districts: a transaction for each of them costs more than all their rows.
DROP FUNCTION escalation_take(text, integer[], timestamptz[], timestamptz[], integer), escalation_fire(bytea, jsonb);

-- escalation_take v2: up to p_limit deadlines of these ranges (region, steps done, deadlines from and before), in their order,
-- held until the end of the transaction. What an act holds is left to the next sweep. The case is held too, since firing
-- refers to it: an act on it waits here, and not half-way for a row of the watch.
CREATE FUNCTION escalation_take(
    p_regions text[], p_done integer[], p_from timestamptz[], p_before timestamptz[], p_limit integer
) RETURNS TABLE (region text, task uuid, case_id uuid, number text, stage text, kind text, agency bigint, unit bigint,
                 roles text[], assignee bigint, lead bigint, due timestamptz, since timestamptz, done integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM escalation_door('escalation_take');
    RETURN QUERY SELECT x.region, h.* FROM unnest(p_regions, p_done, p_from, p_before) AS x(region, done, since, before),
    LATERAL (
        SELECT t.id, c.id, c.number::text, t.stage::text, t.kind::text, t.agency_id, t.unit_id, t.roles::text[],
               t.assignee_id, c.lead_agency_id, w.due_at, w.since, w.done::integer
        FROM cases_deadlinewatch w JOIN cases_task t ON t.id = w.task_id JOIN cases_case c ON c.id = t.case_id
        WHERE NOT w.paused AND w.done < 5 AND w.region_code = x.region AND w.done = x.done
          AND w.due_at >= x.since AND w.due_at < x.before
        ORDER BY w.due_at LIMIT p_limit FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED
    ) AS h LIMIT p_limit;
END $$;

-- escalation_fire v2: what these events name, an event a region, in one go: rows of the ledger, the watch moved on, messages
-- for whoever hears. p_payloads[i][j] belongs to step j of event i. LZ004: no event of escalations; LZ002: a deadline that is
-- no longer the one, is not watched, or has taken another number of steps. Returns the ids of the events.
CREATE FUNCTION escalation_fire(p_bodies bytea[], p_payloads jsonb) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_bodies jsonb[] := ARRAY(SELECT convert_from(x.raw, 'UTF8')::jsonb
                              FROM unnest(p_bodies) WITH ORDINALITY AS x(raw, n) ORDER BY n);
    v_wrong text;
    v_tasks integer;
    v_moved integer;
    v_events bigint[] := '{}';
    v_body bytea;
BEGIN
    PERFORM escalation_door('escalation_fire');
    SELECT coalesce(b ->> 'stream', '') INTO v_wrong FROM unnest(v_bodies) AS b
    WHERE (b ->> 'action') IS DISTINCT FROM 'deadlines_escalated'
       OR (b ->> 'stream') IS DISTINCT FROM 'escalation/' || (b #>> '{data,region}') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no event of escalations: %', v_wrong USING ERRCODE = 'LZ004';
    END IF;
    WITH told AS MATERIALIZED (
        SELECT e.k, s.n, e.b #>> '{data,region}' AS region, (e.b ->> 'at')::timestamptz AS at, (e.b ->> 'seq')::integer AS seq,
               x.*, array_position('{tomorrow,today,overdue,pressed,reported}'::text[], x.step) AS place
        FROM unnest(v_bodies) WITH ORDINALITY AS e(b, k),
             jsonb_array_elements(e.b #> '{data,steps}') WITH ORDINALITY AS s(it, n),
             jsonb_to_record(s.it) AS x(task uuid, "case" uuid, step text, due timestamptz, fell timestamptz, late boolean,
                                        outcome text, whom text, agency bigint, roles text[], rule text)
    ), taken AS (
        SELECT task, region, due, count(*) AS n, min(place) AS first FROM told GROUP BY task, region, due
    ), moved AS (
        UPDATE cases_deadlinewatch w SET done = w.done + t.n FROM taken t
        WHERE w.task_id = t.task AND w.due_at = t.due AND w.done = t.first - 1 AND NOT w.paused AND w.region_code = t.region
        RETURNING w.task_id
    ), kept AS (
        INSERT INTO cases_escalation (task_id, case_id, region_code, step, due_at, fell_at, fired_at, late, outcome, whom,
                                      agency_id, roles, rule, event_seq)
        SELECT task, "case", region, step, due, fell, at, late, outcome, whom, agency, roles, rule, seq
        FROM told ORDER BY k, n
    ), sent AS (
        INSERT INTO cases_outbox (key, case_id, topic, agency_id, payload, created_at)
        SELECT format('escalation/%s/%s/%s', task, to_char(due AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISSUS'), step), "case",
               'deadline.' || step, agency, p_payloads -> (k - 1)::integer -> (n - 1)::integer, at
        FROM told WHERE outcome = 'told' ORDER BY k, n
    )
    SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM moved) INTO v_tasks, v_moved;
    IF v_tasks <> v_moved THEN
        RAISE EXCEPTION 'of % deadlines in these events, % have moved on meanwhile', v_tasks, v_tasks - v_moved
            USING ERRCODE = 'LZ002';
    END IF;
    FOREACH v_body IN ARRAY p_bodies LOOP
        v_events := v_events || audit_append_internal(v_body);
    END LOOP;
    RETURN v_events;
END $$;
