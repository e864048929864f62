-- ledger v1: how far a list is answered, what changed since the one before, and taking a list back.

-- case_root v1: the case that a merged one leads to, however often it was merged.
CREATE FUNCTION case_root(p_case uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_next uuid := p_case;
    v_case uuid;
BEGIN
    WHILE v_next IS NOT NULL LOOP
        v_case := v_next;
        SELECT merged_into_id INTO v_next FROM cases_case WHERE id = v_case;
    END LOOP;
    RETURN v_case;
END $$;

-- list_in_sight v1: whether whoever looks may know of the list, as the wall around the lists has it.
CREATE FUNCTION list_in_sight(p_batch uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sight_may('cases_listbatch SELECT') OR EXISTS (
        SELECT FROM cases_listbatch b JOIN agencies_agency a ON a.id = b.agency_id WHERE b.id = p_batch
        AND (b.received_by_id = sight_user() OR a.id * 4 = ANY(sight_keys()) OR a.parent_id * 4 = ANY(sight_keys())
             OR EXISTS (SELECT FROM unnest(sight_watches()) w WHERE starts_with(a.region_id, w))))
$$;

-- list_sites v1: the sites of a list, each once: the case that its rows lead to now, and whether it is closed or
-- answered. A site that relapsed after the list was done counts as it was: the relapse is another list's to answer.
CREATE FUNCTION list_sites(p_batch uuid) RETURNS TABLE (id uuid, closed boolean, answered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH site AS MATERIALIZED (
        SELECT DISTINCT coalesce(r.site_id, f.site_id) AS id
        FROM cases_listrow r LEFT JOIN cases_listrow f ON f.id = r.same_as_id WHERE r.batch_id = p_batch
    ), led AS MATERIALIZED (
        SELECT CASE WHEN c.merged_into_id IS NULL THEN c.id ELSE case_root(c.merged_into_id) END AS id,
               s.previous_case_id IS NOT NULL AND coalesce(c.opened_at > b.finished_at, false) AS later
        FROM site JOIN cases_site s ON s.id = site.id JOIN cases_case c ON c.id = s.case_id
        JOIN cases_listbatch b ON b.id = p_batch
    )
    SELECT c.id, bool_or(led.later OR c.stage = 'closed'), bool_or(led.later OR c.stage = 'closed' OR (
        coalesce(c.facts #>> '{determination,state}', '') = 'decided' AND c.stage <> 'verification'
        AND coalesce(c.facts #>> '{closure,state}', '') <> 'reopened'))
    FROM led JOIN cases_case c ON c.id = led.id GROUP BY c.id
$$;

-- list_figures v1: of each list that is in sight, its sites, and how many of them are closed and answered.
CREATE FUNCTION list_figures(p_batches uuid[])
RETURNS TABLE (batch uuid, sites bigint, closed bigint, answered bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT b, count(s.id), count(s.id) FILTER (WHERE s.closed), count(s.id) FILTER (WHERE s.answered)
    FROM unnest(p_batches) b LEFT JOIN LATERAL list_sites(b) s ON true WHERE list_in_sight(b) GROUP BY b
$$;

-- list_unanswered v1: which of these lists, as far as they are in sight, still have a site without an answer.
CREATE FUNCTION list_unanswered(p_batches uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT b FROM unnest(p_batches) b
    WHERE list_in_sight(b) AND EXISTS (SELECT FROM list_sites(b) s WHERE NOT s.answered)
$$;

-- list_delta v1: the list before (same issuer, kind, level and city; imported, not withdrawn), and the sites that are
-- new, still there and gone since. The list before is named only where it is in sight; without one there is no row.
CREATE FUNCTION list_delta(p_batch uuid)
RETURNS TABLE (previous uuid, name text, fresh bigint, still bigint, gone bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    p record;
BEGIN
    IF NOT list_in_sight(p_batch) THEN
        RETURN;
    END IF;
    SELECT o.id, o.name INTO p FROM cases_listbatch b
    JOIN agencies_agency a ON a.id = b.agency_id
    JOIN cases_listbatch o ON (o.issuer, o.kind, o.level) = (b.issuer, b.kind, b.level) AND o.state = 'done'
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

-- list_withdraw v1: a list is taken back. p_body is the event. The equal row of another list that came first takes the
-- place of each row (its identity, its site and its signals), so that what another list says too stays said; what is left
-- gives its identity back. Cells, readings, fates and sites of the rows stay as they are.
CREATE FUNCTION list_withdraw(p_body bytea, p_batch uuid, p_by bigint) RETURNS bigint
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
    UPDATE cases_listbatch SET state = 'withdrawn', withdrawn_at = v_at, withdrawn_by_id = p_by,
        withdrawn_why = body #>> '{data,why}' WHERE id = p_batch AND state = 'done';
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
    UPDATE cases_listrow r SET identity = h.identity, sight = h.sight, site_id = h.site
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

-- list_release v1: after a withdrawal, the keys that only its rows had taught their sites (named by the caller, who alone
-- reads cells) are free again; a site that the list had brought back from the closed ones leads to its earlier case.
CREATE FUNCTION list_release(p_batch uuid, p_keys bigint[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    n integer;
BEGIN
    IF NOT sight_may('list_release EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'lists are withdrawn by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    IF NOT EXISTS (SELECT FROM audit_event e WHERE e.action = 'import_withdrawn' AND e.tx = pg_current_xact_id()
                   AND convert_from(e.body, 'UTF8')::jsonb #>> '{data,batch}' = p_batch::text) THEN
        RAISE EXCEPTION 'list % is not being withdrawn', p_batch USING ERRCODE = 'LZ002';
    END IF;
    DELETE FROM cases_sitekey k USING cases_listrow r
    WHERE k.id = ANY(p_keys) AND r.batch_id = p_batch AND r.site_id = k.site_id;
    GET DIAGNOSTICS n = ROW_COUNT;
    UPDATE cases_site s SET case_id = s.previous_case_id, previous_case_id = NULL
    FROM cases_case c, cases_listbatch b
    WHERE b.id = p_batch AND s.id IN (SELECT site_id FROM cases_listrow WHERE batch_id = p_batch) AND c.id = s.case_id
      AND s.previous_case_id IS NOT NULL AND c.facts #>> '{source,batch}' = b.name
      AND NOT EXISTS (SELECT FROM cases_signal g WHERE g.case_id = c.id AND g.withdrawn_at IS NULL);
    RETURN n;
END $$;
