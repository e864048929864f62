-- The ledger as it was before units, persons and deadlines stood in it: an interval that only one of these began goes back
-- into the one before, and what was opened standing still had run for no time at first.
-- A table with checks that wait for the end of the transaction cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE cases_clockinterval DISABLE TRIGGER clock_no_removal;
DO $$
DECLARE
    r record;
    v_kept bigint;
BEGIN
    FOR r IN SELECT c.id, c.case_id, c.task_id, c.agency_id, c.ended_at, c.started_at, c.state,
                    lag(c.task_id) OVER w = c.task_id AND lag(c.ended_at) OVER w = c.started_at AS goes_on,
                    EXISTS (SELECT FROM audit_event e, jsonb_array_elements(convert_from(e.body, 'UTF8')::jsonb -> 'clock') x
                            WHERE e.stream = 'case/' || c.case_id AND e.seq = c.seq AND (x ->> 'task')::uuid = c.task_id) AS turned
             FROM cases_clockinterval c WINDOW w AS (ORDER BY c.task_id, c.started_at, c.id)
             ORDER BY c.task_id, c.started_at, c.id
    LOOP
        IF r.goes_on AND NOT r.turned THEN
            DELETE FROM cases_clockinterval WHERE id = r.id;
            UPDATE cases_clockinterval SET ended_at = r.ended_at WHERE id = v_kept;
        ELSE
            v_kept := r.id;
            IF NOT coalesce(r.goes_on, false) AND r.state = 'paused' THEN
                INSERT INTO cases_clockinterval (case_id, task_id, agency_id, state, reason, started_at, ended_at, due_at, seq)
                VALUES (r.case_id, r.task_id, r.agency_id, 'running', 'opened', r.started_at, r.started_at, r.started_at, 0);
            END IF;
        END IF;
    END LOOP;
END $$;
ALTER TABLE cases_clockinterval ENABLE ALWAYS TRIGGER clock_no_removal;
