-- list_delta v2: as v1, but what a platform pushes hour by hour and what residents report is no list to compare with: the
-- sites of a whole list would all be gone beside it, and all be new after it.
CREATE OR REPLACE FUNCTION list_delta(p_batch uuid)
RETURNS TABLE (previous uuid, name text, fresh bigint, still bigint, gone bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    p record;
BEGIN
    IF NOT list_in_sight(p_batch) OR EXISTS (
        SELECT FROM cases_listbatch b WHERE b.id = p_batch AND b.filename IN ('signals.json', 'public-tips.json')) THEN
        RETURN;
    END IF;
    SELECT o.id, o.name INTO p FROM cases_listbatch b
    JOIN agencies_agency a ON a.id = b.agency_id
    JOIN cases_listbatch o ON (o.issuer, o.kind, o.level) = (b.issuer, b.kind, b.level) AND o.state = 'done'
        AND o.filename NOT IN ('signals.json', 'public-tips.json')
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
