-- case_clock v1: what one event changes of the ledger of intervals. Called by case_commit only, and once by the migration
-- that rebuilds the ledger, for it reads nothing but the event and the ledger itself (see cases/workflow/replay/ for the
-- same fold in Python).
--
-- An interval says whose a task was (agency, unit, person), whether its clock ran and why, and its deadline, from one event
-- (seq) to the next that changes any of it. The person is whoever it was assigned to, else whoever accepted it; another
-- unit without a person is nobody's again.
CREATE FUNCTION case_clock(p_case uuid, p_seq integer, p_at timestamptz, b jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF b ? 'close' THEN
        UPDATE cases_clockinterval c SET ended_at = p_at
        FROM jsonb_to_recordset(b -> 'close') AS x(id uuid)
        WHERE c.task_id = x.id AND c.case_id = p_case AND c.ended_at IS NULL;
    END IF;

    -- A task that had ended with a merge goes on with the person who had it.
    IF b ? 'open' THEN
        INSERT INTO cases_clockinterval (case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq, started_at)
        SELECT p_case, x.id, x.agency, x.unit, coalesce(x.assignee, before.person_id), 'running', 'opened', x.due, p_seq, p_at
        FROM jsonb_to_recordset(b -> 'open') AS x(id uuid, agency bigint, unit bigint, assignee bigint, due timestamptz)
        LEFT JOIN LATERAL (SELECT c.person_id FROM cases_clockinterval c WHERE c.task_id = x.id ORDER BY c.id DESC LIMIT 1)
            AS before ON true;
    END IF;

    IF b ? 'touch' THEN
        WITH next AS (
            SELECT c.id, c.unit_id AS old_unit, c.person_id AS old_person, c.due_at AS old_due,
                   CASE WHEN x ? 'unit_id' THEN (x ->> 'unit_id')::bigint ELSE c.unit_id END AS unit_id,
                   CASE WHEN x ? 'assignee_id' THEN (x ->> 'assignee_id')::bigint
                        WHEN x ? 'unit_id' AND (x ->> 'unit_id')::bigint IS DISTINCT FROM c.unit_id THEN NULL
                        WHEN c.person_id IS NULL AND (x ->> 'accepted_at') IS NOT NULL THEN (b #>> '{actor,id}')::bigint
                        ELSE c.person_id END AS person_id,
                   CASE WHEN x ? 'due_at' THEN (x ->> 'due_at')::timestamptz ELSE c.due_at END AS due_at
            FROM jsonb_array_elements(b -> 'touch') AS x
            JOIN cases_clockinterval c ON c.task_id = (x ->> 'id')::uuid AND c.case_id = p_case AND c.ended_at IS NULL
        ), ended AS (
            UPDATE cases_clockinterval c SET ended_at = p_at FROM next
            WHERE c.id = next.id AND (next.unit_id, next.person_id, next.due_at)
                                     IS DISTINCT FROM (next.old_unit, next.old_person, next.old_due)
            RETURNING c.id, c.task_id, c.agency_id, c.state, c.reason, next.unit_id, next.person_id, next.due_at
        )
        INSERT INTO cases_clockinterval (case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq, started_at)
        SELECT p_case, task_id, agency_id, unit_id, person_id, state, reason, due_at, p_seq, p_at FROM ended ORDER BY id;
    END IF;

    -- An interval that this very event has begun is the one that stops or goes on; any other ends.
    IF b ? 'clock' THEN
        UPDATE cases_clockinterval c SET state = x.state, reason = x.reason
        FROM jsonb_to_recordset(b -> 'clock') AS x(task uuid, state text, reason text)
        WHERE c.task_id = x.task AND c.case_id = p_case AND c.ended_at IS NULL AND c.seq = p_seq;
        WITH ended AS (
            UPDATE cases_clockinterval c SET ended_at = p_at
            FROM jsonb_to_recordset(b -> 'clock') AS x(task uuid, state text, reason text)
            WHERE c.task_id = x.task AND c.case_id = p_case AND c.ended_at IS NULL AND c.seq < p_seq
            RETURNING c.id, c.task_id, c.agency_id, c.unit_id, c.person_id, x.state, x.reason, c.due_at
        )
        INSERT INTO cases_clockinterval (case_id, task_id, agency_id, unit_id, person_id, state, reason, due_at, seq, started_at)
        SELECT p_case, task_id, agency_id, unit_id, person_id, state, reason, due_at, p_seq, p_at FROM ended ORDER BY id;
    END IF;
END $$;
