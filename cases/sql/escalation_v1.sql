-- escalation v1: how far each open deadline has come (a watch that triggers keep beside the tasks), the steps that have
-- fired (a ledger that only grows), and the doors of the sweep.

-- The watch: one row a task that is open. `done` counts the steps that its deadline has taken, `since` is when the deadline
-- was set or its clock went on. An act that ends a task, moves its deadline or stops its clock writes this row in its own
-- transaction; the sweep holds the row while it fires: one of the two comes first, never both.

-- watch_begin v1: tasks that begin.
CREATE FUNCTION watch_begin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cases_deadlinewatch (task_id, region_code, due_at, since, done, paused)
    SELECT id, region_code, due_at, opened_at, 0, false FROM added WHERE state = 'open';
    RETURN NULL;
END $$;
CREATE TRIGGER watch_begin AFTER INSERT ON cases_task REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION watch_begin();
ALTER TABLE cases_task ENABLE ALWAYS TRIGGER watch_begin;

-- watch_follow v1: a task that ends is watched no more; one that goes on, or has another deadline, begins anew, at the time
-- of the act (the case has it already). Steps that this very deadline has taken before stay taken.
CREATE FUNCTION watch_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'open' THEN
        DELETE FROM cases_deadlinewatch WHERE task_id = NEW.id;
    ELSIF OLD.state <> 'open' OR OLD.due_at <> NEW.due_at THEN
        INSERT INTO cases_deadlinewatch AS w (task_id, region_code, due_at, since, done, paused)
        SELECT NEW.id, NEW.region_code, NEW.due_at, c.updated_at,
               (SELECT count(*) FROM cases_escalation e WHERE e.task_id = NEW.id AND e.due_at = NEW.due_at), false
        FROM cases_case c WHERE c.id = NEW.case_id
        ON CONFLICT (task_id) DO UPDATE SET region_code = excluded.region_code, due_at = excluded.due_at,
            since = excluded.since, done = excluded.done;
    ELSE
        UPDATE cases_deadlinewatch SET region_code = NEW.region_code WHERE task_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER watch_follow AFTER UPDATE ON cases_task FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.due_at IS DISTINCT FROM NEW.due_at
          OR OLD.region_code IS DISTINCT FROM NEW.region_code)
    EXECUTE FUNCTION watch_follow();
ALTER TABLE cases_task ENABLE ALWAYS TRIGGER watch_follow;

-- watch_clock v1: a clock that stops takes no step; one that goes on takes those that are still ahead.
CREATE FUNCTION watch_clock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_deadlinewatch w SET paused = (a.state = 'paused'),
        since = CASE WHEN a.state = 'paused' THEN w.since ELSE a.started_at END
    FROM added a WHERE w.task_id = a.task_id AND a.ended_at IS NULL AND w.paused <> (a.state = 'paused');
    RETURN NULL;
END $$;
CREATE TRIGGER watch_clock AFTER INSERT ON cases_clockinterval REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION watch_clock();
ALTER TABLE cases_clockinterval ENABLE ALWAYS TRIGGER watch_clock;

-- An interval that the same act has begun stops or goes on.
CREATE FUNCTION watch_clock_turned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_deadlinewatch w SET paused = (NEW.state = 'paused'),
        since = CASE WHEN NEW.state = 'paused' THEN w.since ELSE NEW.started_at END
    WHERE w.task_id = NEW.task_id AND w.paused <> (NEW.state = 'paused');
    RETURN NULL;
END $$;
CREATE TRIGGER watch_clock_turned AFTER UPDATE OF state ON cases_clockinterval FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.ended_at IS NULL) EXECUTE FUNCTION watch_clock_turned();
ALTER TABLE cases_clockinterval ENABLE ALWAYS TRIGGER watch_clock_turned;

-- What is open now. For the steps it counts from here, so that no reminder of the past is sent.
INSERT INTO cases_deadlinewatch (task_id, region_code, due_at, since, done, paused)
SELECT t.id, t.region_code, t.due_at, now(), 0, EXISTS (
    SELECT FROM cases_clockinterval k WHERE k.task_id = t.id AND k.ended_at IS NULL AND k.state = 'paused')
FROM cases_task t WHERE t.state = 'open';

-- Rows of the ledger stay as they were written.
CREATE FUNCTION escalation_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a step that has fired stays on record' USING ERRCODE = 'LZ003';
END $$;
CREATE TRIGGER escalation_stays BEFORE UPDATE OR DELETE ON cases_escalation
    FOR EACH ROW EXECUTE FUNCTION escalation_stays();
ALTER TABLE cases_escalation ENABLE ALWAYS TRIGGER escalation_stays;

CREATE FUNCTION escalation_door(p_door text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT sight_may(p_door || ' EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'deadlines are escalated by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
END $$;

-- escalation_regions v1: where deadlines are watched, one step in the index for each region.
CREATE FUNCTION escalation_regions() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM escalation_door('escalation_regions');
    RETURN QUERY WITH RECURSIVE r AS (
        (SELECT w.region_code FROM cases_deadlinewatch w WHERE NOT w.paused AND w.done < 5 ORDER BY w.region_code LIMIT 1)
        UNION ALL
        SELECT (SELECT w.region_code FROM cases_deadlinewatch w
                WHERE NOT w.paused AND w.done < 5 AND w.region_code > r.region_code ORDER BY w.region_code LIMIT 1)
        FROM r WHERE r.region_code IS NOT NULL
    ) SELECT r.region_code::text FROM r WHERE r.region_code IS NOT NULL;
END $$;

-- escalation_due v1: of these ranges (region, steps done, deadlines from and before), the regions in which one is not empty.
CREATE FUNCTION escalation_due(p_regions text[], p_done integer[], p_from timestamptz[], p_before timestamptz[])
RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM escalation_door('escalation_due');
    RETURN QUERY SELECT DISTINCT x.region FROM unnest(p_regions, p_done, p_from, p_before) AS x(region, done, since, before)
    WHERE (SELECT true FROM cases_deadlinewatch w WHERE NOT w.paused AND w.done < 5 AND w.region_code = x.region
           AND w.done = x.done AND w.due_at >= x.since AND w.due_at < x.before LIMIT 1);
END $$;

-- escalation_take v1: up to p_limit deadlines of a region that have a step to take, held until the end of the transaction.
-- What an act holds is left to the next sweep. The case is held too, since firing refers to it: an act on it waits here,
-- and not half-way for a row of the watch.
CREATE FUNCTION escalation_take(
    p_region text, p_done integer[], p_from timestamptz[], p_before timestamptz[], p_limit integer
) RETURNS TABLE (task uuid, case_id uuid, number text, stage text, kind text, agency bigint, unit bigint, roles text[],
                 assignee bigint, lead bigint, due timestamptz, since timestamptz, done integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    i integer;
    n integer := 0;
    v_left integer := p_limit;
BEGIN
    PERFORM escalation_door('escalation_take');
    FOR i IN 1 .. coalesce(array_length(p_done, 1), 0) LOOP
        RETURN QUERY SELECT t.id, c.id, c.number::text, t.stage::text, t.kind::text, t.agency_id, t.unit_id,
            t.roles::text[], t.assignee_id, c.lead_agency_id, w.due_at, w.since, w.done::integer
        FROM cases_deadlinewatch w JOIN cases_task t ON t.id = w.task_id JOIN cases_case c ON c.id = t.case_id
        WHERE NOT w.paused AND w.done < 5 AND w.region_code = p_region AND w.done = p_done[i]
          AND w.due_at >= p_from[i] AND w.due_at < p_before[i]
        ORDER BY w.due_at LIMIT v_left FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED;
        GET DIAGNOSTICS n = ROW_COUNT;
        v_left := v_left - n;
        EXIT WHEN v_left <= 0;
    END LOOP;
END $$;

-- escalation_fire v1: what the event names, in one go: rows of the ledger, the watch moved on, messages for whoever hears.
-- p_payloads[i] belongs to step i of the event. LZ004: no event of escalations; LZ002: a deadline that is no longer the one,
-- is not watched, or has taken another number of steps.
CREATE FUNCTION escalation_fire(p_body bytea, p_payloads jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    b jsonb := convert_from(p_body, 'UTF8')::jsonb;
    v_at timestamptz := (b ->> 'at')::timestamptz;
    v_seq integer := (b ->> 'seq')::integer;
    v_region text := b #>> '{data,region}';
    v_tasks integer;
    v_moved integer;
BEGIN
    PERFORM escalation_door('escalation_fire');
    IF (b ->> 'action') IS DISTINCT FROM 'deadlines_escalated' OR (b ->> 'stream') IS DISTINCT FROM 'escalation/' || v_region THEN
        RAISE EXCEPTION 'no event of escalations: %', b ->> 'stream' USING ERRCODE = 'LZ004';
    END IF;
    WITH told AS MATERIALIZED (
        SELECT s.n, x.*, array_position('{tomorrow,today,overdue,pressed,reported}'::text[], x.step) AS place
        FROM jsonb_array_elements(b #> '{data,steps}') WITH ORDINALITY AS s(it, n),
             jsonb_to_record(s.it) AS x(task uuid, "case" uuid, step text, due timestamptz, fell timestamptz, late boolean,
                                        outcome text, whom text, agency bigint, roles text[], rule text)
    ), taken AS (
        SELECT task, due, count(*) AS n, min(place) AS first FROM told GROUP BY task, due
    ), moved AS (
        UPDATE cases_deadlinewatch w SET done = w.done + t.n FROM taken t
        WHERE w.task_id = t.task AND w.due_at = t.due AND w.done = t.first - 1 AND NOT w.paused AND w.region_code = v_region
        RETURNING w.task_id
    ), kept AS (
        INSERT INTO cases_escalation (task_id, case_id, region_code, step, due_at, fell_at, fired_at, late, outcome, whom,
                                      agency_id, roles, rule, event_seq)
        SELECT task, "case", v_region, step, due, fell, v_at, late, outcome, whom, agency, roles, rule, v_seq
        FROM told ORDER BY n
    ), sent AS (
        INSERT INTO cases_outbox (key, case_id, topic, agency_id, payload, created_at)
        SELECT format('escalation/%s/%s/%s', task, to_char(due AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISSUS'), step), "case",
               'deadline.' || step, agency, p_payloads -> (n - 1)::integer, v_at
        FROM told WHERE outcome = 'told' ORDER BY n
    )
    SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM moved) INTO v_tasks, v_moved;
    IF v_tasks <> v_moved THEN
        RAISE EXCEPTION 'of % deadlines in event % of %, % have moved on meanwhile', v_tasks, v_seq, v_region,
            v_tasks - v_moved USING ERRCODE = 'LZ002';
    END IF;
    RETURN audit_append_internal(p_body);
END $$;
