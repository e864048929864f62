-- list_erase v2: also of lists that were given up, withdrawn or never confirmed. Rows of a list that led to no case go after their
-- time, and with them the file they came in. p_body is the event of the stream list/<batch>; p_rows and p_blank are the
-- rows with cells that hold nothing, sealed by the caller, who alone has the key. Rows of a case go by case_erase. The
-- figures of a reason may repeat an address or a time.
CREATE OR REPLACE FUNCTION list_erase(p_body bytea, p_rows bigint[], p_blank bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body    jsonb := convert_from(p_body, 'UTF8')::jsonb;
    v_batch uuid := substr(body ->> 'stream', 6)::uuid;
    counted jsonb;
    new_id  bigint;
    n_rows integer; n_parts integer;
BEGIN
    IF NOT sight_may('list_erase EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'rows of lists are erased by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    IF (body ->> 'stream') IS DISTINCT FROM 'list/' || v_batch OR (body ->> 'action') IS DISTINCT FROM 'list_rows_erased' THEN
        RAISE EXCEPTION 'the record of an erasure names the stream list/<batch>' USING ERRCODE = 'LZ004';
    END IF;
    PERFORM 1 FROM cases_listbatch WHERE id = v_batch AND state NOT IN ('received', 'importing') FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'list % is still being imported', v_batch USING ERRCODE = 'LZ002';
    END IF;
    new_id := audit_append_internal(p_body);
    UPDATE cases_listrow r SET sealed = b.blank, identity = NULL, sight = NULL, erased_at = (body ->> 'at')::timestamptz,
        figures = (SELECT coalesce(jsonb_object_agg(f.key, CASE WHEN f.key IN ('ip', 'port', 'time', 'first', 'last')
                                                            THEN '"***"'::jsonb ELSE f.value END), '{}')
                   FROM jsonb_each(r.figures) f)
    FROM unnest(p_rows, p_blank) AS b(id, blank)
    WHERE r.id = b.id AND r.batch_id = v_batch AND r.site_id IS NULL AND r.erased_at IS NULL
      AND NOT EXISTS (SELECT FROM cases_listrow o WHERE o.id = r.same_as_id AND o.site_id IS NOT NULL);
    GET DIAGNOSTICS n_rows = ROW_COUNT;
    DELETE FROM cases_listpart WHERE batch_id = v_batch;
    GET DIAGNOSTICS n_parts = ROW_COUNT;
    counted := jsonb_build_object('rows', n_rows, 'parts', n_parts);
    IF n_rows <> coalesce(cardinality(p_rows), 0) OR counted IS DISTINCT FROM body -> 'data' -> 'gone' THEN
        RAISE EXCEPTION 'the record of the erasure says %, gone is %', body -> 'data' -> 'gone', counted
            USING ERRCODE = 'LZ004';
    END IF;
    RETURN new_id;
END $$;
