-- case_load v2: one read of everything a decision needs.
--
-- Locks the case row first and reads afterwards, in statements of their own: under READ COMMITTED each statement of a
-- VOLATILE function sees what was committed while it waited for the lock. One single SELECT … FOR UPDATE with the
-- tasks beside it would return the locked row's new version with the tasks of the old snapshot.
-- SECURITY DEFINER because FOR UPDATE needs a right to update, which the application role does not have.
CREATE OR REPLACE FUNCTION case_load(p_case uuid, p_user bigint, p_key text, p_lock boolean) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    c cases_case;
    v_key cases_idempotencykey;
BEGIN
    IF p_lock THEN
        SELECT * INTO c FROM cases_case WHERE id = p_case FOR UPDATE;
    ELSE
        SELECT * INTO c FROM cases_case WHERE id = p_case;
    END IF;
    IF p_key <> '' THEN
        SELECT * INTO v_key FROM cases_idempotencykey WHERE actor_id = p_user AND key = p_key;
    END IF;
    RETURN json_build_object(
        'stamp', (SELECT n FROM agencies_stamp),
        'actor', agencies_posts(p_user),
        'replay', CASE WHEN v_key.key IS NULL THEN NULL
                       ELSE json_build_object('hash', v_key.request_hash, 'response', v_key.response) END,
        'case', CASE WHEN c.id IS NULL THEN NULL ELSE json_build_object(
            'id', c.id, 'number', c.number, 'title', c.title, 'stage', c.stage, 'version', c.version,
            'region_code', c.region_code, 'level', c.level, 'source', c.source, 'outcome', c.outcome,
            'confidentiality', c.confidentiality,
            'review_on', c.review_on, 'merged_into', c.merged_into_id, 'lead_agency_id', c.lead_agency_id,
            'facts', c.facts, 'head', encode(c.head, 'hex'),
            'opened_at', c.opened_at, 'stage_since', c.stage_since) END,
        'tasks', (
            SELECT json_agg(json_build_array(t.id, t.kind, t.agency_id, t.unit_id, t.roles, t.assignee_id,
                            t.opened_at, t.due_at, t.provisional, t.accepted_at, t.returns, t.data, t.opened_seq,
                            t.due_rule)
                            ORDER BY t.opened_seq, t.id)
            FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open'),
        'acts', (
            SELECT json_agg(json_build_array(e.seq, e.action, e.actor_id, e.agency_id, e.at) ORDER BY e.seq)
            FROM audit_event e WHERE e.stream = 'case/' || c.id),
        'agencies', (SELECT json_agg(a.agency_id) FROM cases_caseagency a WHERE a.case_id = c.id)
    )::text;
END $$;
