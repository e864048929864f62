-- list_withdraw v3: as v2, but the row that takes the place of a withdrawn one keeps its own sight, under which its carrier
-- answers it, and takes that of the withdrawn row only where it has none.
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
