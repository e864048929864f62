-- ledger v2: figures are told over the cases that the reader may know of; a list that was cancelled half-way can be taken
-- back too, and none whose answer its issuer has.

-- case_as_of v1: the case that was there at that time: of one opened later where an earlier one had ended, that one.
CREATE FUNCTION case_as_of(p_case uuid, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_before uuid := p_case;
    v_case uuid;
BEGIN
    WHILE v_before IS NOT NULL LOOP
        v_case := v_before;
        SELECT o.id INTO v_before FROM cases_case c JOIN cases_case o ON o.number = c.facts #>> '{relapse,of}'
        WHERE c.id = v_case AND c.opened_at > p_at;
    END LOOP;
    RETURN v_case;
END $$;

-- list_sites v2: as v1, but only the sites whose case whoever looks may know of; a system actor that reads cases knows all.
-- A site that relapsed after the list was done is told by the case that it had then.
CREATE OR REPLACE FUNCTION list_sites(p_batch uuid) RETURNS TABLE (id uuid, closed boolean, answered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH site AS MATERIALIZED (
        SELECT DISTINCT coalesce(r.site_id, f.site_id) AS id
        FROM cases_listrow r LEFT JOIN cases_listrow f ON f.id = r.same_as_id WHERE r.batch_id = p_batch
    ), held AS MATERIALIZED (
        SELECT c.id, c.merged_into_id, b.finished_at,
               s.previous_case_id IS NOT NULL AND coalesce(c.opened_at > b.finished_at, false) AS later
        FROM site JOIN cases_site s ON s.id = site.id JOIN cases_case c ON c.id = s.case_id
        JOIN cases_listbatch b ON b.id = p_batch
    ), led AS MATERIALIZED (
        SELECT CASE WHEN h.merged_into_id IS NULL THEN h.id ELSE case_root(h.merged_into_id) END AS id, h.later,
               CASE WHEN h.later THEN case_root(case_as_of(h.id, h.finished_at))
                    WHEN h.merged_into_id IS NULL THEN h.id ELSE case_root(h.merged_into_id) END AS told
        FROM held h
    )
    SELECT c.id, bool_or(led.later OR c.stage = 'closed'), bool_or(led.later OR c.stage = 'closed' OR (
        coalesce(c.facts #>> '{determination,state}', '') = 'decided' AND c.stage <> 'verification'
        AND coalesce(c.facts #>> '{closure,state}', '') <> 'reopened'))
    FROM led JOIN cases_case c ON c.id = led.id
    WHERE (SELECT sight_may('cases_case SELECT')) OR EXISTS (
        SELECT FROM cases_caseagency ca WHERE ca.case_id = led.told
        AND ca.agency_id * 4 + ca.rank = ANY((SELECT sight_keys())::bigint[]) OFFSET 0)
    GROUP BY c.id
$$;

-- list_delta v3: as v2, told by what the batch says of itself: a list in a file of that name is a list like any other.
CREATE OR REPLACE FUNCTION list_delta(p_batch uuid)
RETURNS TABLE (previous uuid, name text, fresh bigint, still bigint, gone bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    p record;
BEGIN
    IF NOT list_in_sight(p_batch) OR EXISTS (
        SELECT FROM cases_listbatch b WHERE b.id = p_batch AND b.due_rule = 'not_issued') THEN
        RETURN;
    END IF;
    SELECT o.id, o.name INTO p FROM cases_listbatch b
    JOIN agencies_agency a ON a.id = b.agency_id
    JOIN cases_listbatch o ON (o.issuer, o.kind, o.level) = (b.issuer, b.kind, b.level) AND o.state = 'done'
        AND o.due_rule <> 'not_issued'
        AND (o.received_at, o.id) < (b.received_at, b.id)
    JOIN agencies_agency oa ON oa.id = o.agency_id AND left(oa.region_id, 4) = left(a.region_id, 4)
    WHERE b.id = p_batch ORDER BY o.received_at DESC, o.id DESC LIMIT 1;
    IF p.id IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT CASE WHEN list_in_sight(p.id) THEN p.id END, CASE WHEN list_in_sight(p.id) THEN p.name::text END,
        count(*) FILTER (WHERE old.id IS NULL), count(*) FILTER (WHERE old.id = new.id), count(*) FILTER (WHERE new.id IS NULL)
    FROM (SELECT id FROM list_sites(p_batch)) new FULL JOIN (SELECT id FROM list_sites(p.id)) old USING (id);
END $$;

-- list_withdraw v2: as v1, but also a list that was cancelled behind some of its rows, and none whose issuer was answered.
-- A list is taken back. p_body is the event. The equal row of another list that came first takes the place of each row
-- (its identity, its site and its signals), so that what another list says too stays said; what is left gives its
-- identity back. Cells, readings, fates and sites of the rows stay as they are. Who takes a place keeps the own sight,
-- under which its carrier answers it, and takes that of the withdrawn row only where it has none.
CREATE OR REPLACE FUNCTION list_withdraw(p_body bytea, p_batch uuid, p_by bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body   jsonb := convert_from(p_body, 'UTF8')::jsonb;
    v_at   timestamptz := (body ->> 'at')::timestamptz;
    new_id bigint;
    v_rows bigint[]; v_heirs bigint[]; v_identities bytea[]; v_sights bytea[]; v_sites uuid[];
BEGIN
    IF NOT sight_may('list_withdraw EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'lists are withdrawn by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    IF (body ->> 'action') IS DISTINCT FROM 'import_withdrawn' OR (body #>> '{data,batch}') IS DISTINCT FROM p_batch::text
       OR (body #>> '{actor,id}')::bigint IS DISTINCT FROM p_by THEN
        RAISE EXCEPTION 'the record of a withdrawal names the list and who withdraws it' USING ERRCODE = 'LZ004';
    END IF;
    IF EXISTS (SELECT FROM cases_feedback f WHERE f.batch_id = p_batch AND f.state = 'sent') THEN
        RAISE EXCEPTION 'list % was answered, and its issuer has the answer', p_batch USING ERRCODE = 'LZ002';
    END IF;
    UPDATE cases_listbatch SET state = 'withdrawn', withdrawn_at = v_at, withdrawn_by_id = p_by,
        withdrawn_why = body #>> '{data,why}' WHERE id = p_batch AND (state = 'done' OR state = 'cancelled' AND rows_done > 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'list % is not one that was imported', p_batch USING ERRCODE = 'LZ002';
    END IF;
    new_id := audit_append_internal(p_body);
    SELECT array_agg(x.row_id), array_agg(x.heir_id) INTO v_rows, v_heirs FROM (
        SELECT DISTINCT ON (r.id) r.id AS row_id, h.id AS heir_id
        FROM cases_listrow r JOIN cases_listrow h ON h.same_as_id = r.id JOIN cases_listbatch b ON b.id = h.batch_id
        WHERE r.batch_id = p_batch AND r.identity IS NOT NULL AND h.batch_id <> p_batch AND b.state <> 'withdrawn'
        ORDER BY r.id, h.id) x;
    WITH freed AS (
        UPDATE cases_listrow r SET identity = NULL, sight = NULL FROM cases_listrow was
        WHERE r.batch_id = p_batch AND was.id = r.id AND (r.identity IS NOT NULL OR r.sight IS NOT NULL)
        RETURNING r.id, was.identity, was.sight, r.site_id
    )
    SELECT array_agg(f.identity ORDER BY n), array_agg(f.sight ORDER BY n), array_agg(f.site_id ORDER BY n)
    INTO v_identities, v_sights, v_sites
    FROM unnest(v_rows) WITH ORDINALITY AS w(id, n) JOIN freed f ON f.id = w.id;
    UPDATE cases_listrow r SET identity = h.identity, sight = coalesce(r.sight, h.sight), site_id = h.site
    FROM unnest(v_heirs, v_identities, v_sights, v_sites) AS h(id, identity, sight, site) WHERE r.id = h.id;
    UPDATE cases_listrow r SET same_as_id = h.heir FROM unnest(v_rows, v_heirs) AS h(id, heir)
    WHERE r.same_as_id = h.id AND r.id <> h.heir AND r.batch_id <> p_batch;
    WITH moved AS (
        UPDATE cases_signal s SET withdrawn_at = v_at FROM unnest(v_rows, v_heirs) AS h(id, heir)
        WHERE s.row_id = h.id AND s.withdrawn_at IS NULL
        RETURNING s.case_id, s.family, s.numbers, s.observed_from, s.observed_to, h.heir
    )
    INSERT INTO cases_signal (case_id, family, numbers, observed_from, observed_to, row_id, created_at)
    SELECT case_id, family, numbers, observed_from, observed_to, heir, v_at FROM moved;
    RETURN new_id;
END $$;
