-- tips v1: which case a tip led to, and the end of what is known of its reporter.

-- tip_cases v1: the case behind the row of each tip, after merges; none for a tip that led to no case. With the rights of
-- whoever asks.
CREATE FUNCTION tip_cases(p_tips uuid[]) RETURNS TABLE (tip_id uuid, case_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE chain(tip, id, next) AS (
        SELECT t.id, c.id, c.merged_into_id
        FROM cases_tip t JOIN cases_listrow r ON r.batch_id = t.batch_id AND r.number = t.number
        LEFT JOIN cases_listrow f ON f.id = r.same_as_id
        JOIN cases_site s ON s.id = coalesce(r.site_id, f.site_id) JOIN cases_case c ON c.id = s.case_id
        WHERE t.id = ANY(p_tips)
        UNION ALL
        SELECT h.tip, c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    )
    SELECT tip, id FROM chain WHERE next IS NULL
$$;

-- tip_erase v1: who reported goes after its time, with the pictures. p_body is the event of the stream tips/<agency>. A tip
-- that waits for its row, or whose case is open, keeps both.
CREATE FUNCTION tip_erase(p_body bytea, p_tips uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body    jsonb := convert_from(p_body, 'UTF8')::jsonb;
    counted jsonb;
    new_id  bigint;
    n_tips integer; n_parts integer;
BEGIN
    IF NOT sight_may('tip_erase EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'reporters are erased by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    IF (body ->> 'stream') !~ '^tips/.' OR (body ->> 'action') IS DISTINCT FROM 'tip_reporters_erased'
       OR to_jsonb(p_tips) IS DISTINCT FROM body -> 'data' -> 'tips' THEN
        RAISE EXCEPTION 'the record of an erasure names the stream tips/<agency> and the tips' USING ERRCODE = 'LZ004';
    END IF;
    new_id := audit_append_internal(p_body);
    UPDATE cases_tip t SET erased_at = (body ->> 'at')::timestamptz FROM agencies_agency a
    WHERE t.id = ANY(p_tips) AND t.batch_id IS NOT NULL AND t.erased_at IS NULL
      AND a.id = t.agency_id AND body ->> 'stream' = 'tips/' || a.code
      AND NOT EXISTS (SELECT FROM tip_cases(ARRAY[t.id]) f JOIN cases_case c ON c.id = f.case_id WHERE c.stage <> 'closed');
    GET DIAGNOSTICS n_tips = ROW_COUNT;
    DELETE FROM cases_tippart p WHERE p.tip_id = ANY(p_tips);
    GET DIAGNOSTICS n_parts = ROW_COUNT;
    counted := jsonb_build_object('tips', n_tips, 'parts', n_parts);
    IF n_tips <> coalesce(cardinality(p_tips), 0) OR counted IS DISTINCT FROM body -> 'data' -> 'gone' THEN
        RAISE EXCEPTION 'the record of the erasure says %, gone is %', body -> 'data' -> 'gone', counted
            USING ERRCODE = 'LZ004';
    END IF;
    RETURN new_id;
END $$;
