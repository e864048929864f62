-- erasure v1: the personal data of a closed case go, after two people have said so, and an event says what went.

ALTER TABLE cases_attachment ADD COLUMN erased_at timestamptz;
ALTER TABLE cases_listrow ADD COLUMN erased_at timestamptz;

-- A case and all that were merged into it.
CREATE FUNCTION case_family(p_case uuid) RETURNS TABLE (case_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE family(id) AS (
        SELECT p_case
        UNION SELECT m.id FROM cases_case m JOIN family f ON m.merged_into_id = f.id)
    SELECT id FROM family
$$;

-- Take away what stands beside the sealed parts of the events (those go through audit_erase, one by one, in the same
-- transaction). p_body is the event of the stream erasure/<case>; p_rows and p_blank are the list rows with cells that
-- hold nothing, sealed by the caller, who alone has the key. Returns what went; the event has to have said the same.
CREATE FUNCTION case_erase(p_body bytea, p_rows bigint[], p_blank bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body    jsonb := convert_from(p_body, 'UTF8')::jsonb;
    said    jsonb := body -> 'data' -> 'gone';
    scope   text := body -> 'data' ->> 'scope';
    v_case  uuid := substr(body ->> 'stream', 9)::uuid;
    v_at    timestamptz := (body ->> 'at')::timestamptz;
    v_first bigint;
    v_files uuid[];
    family  uuid[];
    batches uuid[];
    counted jsonb;
    new_id  bigint;
    n_vault integer; n_keys integer := 0; n_rows integer; n_parts integer; n_files integer := 0;
BEGIN
    IF (body ->> 'stream') IS DISTINCT FROM 'erasure/' || v_case OR scope NOT IN ('everything', 'reporter')
       OR (body ->> 'action') IS DISTINCT FROM 'personal_data_erased' OR said IS NULL THEN
        RAISE EXCEPTION 'the record of an erasure names the stream erasure/<case>, its scope and what went'
            USING ERRCODE = 'LZ004';
    END IF;
    -- The case stays closed until this is done.
    PERFORM 1 FROM cases_case WHERE id = v_case AND stage = 'closed' AND merged_into_id IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'case % is not closed, or lives on in another', v_case USING ERRCODE = 'LZ002';
    END IF;
    -- Two people: the one who confirmed, after the latest proposal of this scope, is not the one who erases.
    SELECT e.actor_id INTO v_first FROM audit_event e
    WHERE e.stream = 'erasure/' || v_case AND convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'scope' = scope
    ORDER BY e.seq DESC LIMIT 1;
    PERFORM 1 FROM audit_event e
    WHERE e.stream = 'erasure/' || v_case AND e.action = 'erasure_confirmed' AND e.actor_id = v_first
      AND convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'scope' = scope
      AND e.seq = (SELECT max(l.seq) FROM audit_event l WHERE l.stream = e.stream
                   AND convert_from(l.body, 'UTF8')::jsonb -> 'data' ->> 'scope' = scope);
    IF NOT FOUND OR v_first IS NULL OR (body #>> '{actor,id}') IS NULL OR v_first = (body #>> '{actor,id}')::bigint THEN
        RAISE EXCEPTION 'the erasure of case % was not confirmed by another person', v_case USING ERRCODE = 'LZ002';
    END IF;
    new_id := audit_append_internal(p_body);
    family := ARRAY(SELECT f.case_id FROM case_family(v_case) f);
    batches := ARRAY(SELECT DISTINCT r.batch_id FROM cases_listrow r WHERE r.id = ANY(p_rows));

    DELETE FROM cases_personalrecord WHERE case_id = ANY(family) AND (scope = 'everything' OR protected);
    GET DIAGNOSTICS n_vault = ROW_COUNT;
    -- Equal rows of later lists no longer find these, nor does a reply: their hashes go with them.
    UPDATE cases_listrow r SET sealed = b.blank, identity = NULL, sight = NULL, erased_at = v_at
    FROM unnest(p_rows, p_blank) AS b(id, blank) WHERE r.id = b.id;
    GET DIAGNOSTICS n_rows = ROW_COUNT;
    DELETE FROM cases_listpart WHERE batch_id = ANY(batches);
    GET DIAGNOSTICS n_parts = ROW_COUNT;
    IF scope = 'everything' THEN
        DELETE FROM cases_sitekey k USING cases_site s WHERE k.site_id = s.id AND s.case_id = ANY(family);
        GET DIAGNOSTICS n_keys = ROW_COUNT;
        v_files := ARRAY(SELECT jsonb_array_elements_text(coalesce(body -> 'data' -> 'files', '[]'))::uuid);
        -- The text of an issued document is the agency's archive and stays.
        UPDATE cases_attachment a SET content = '', filename = '', erased_at = v_at
        WHERE a.id = ANY(v_files) AND a.case_id = ANY(family)
          AND NOT EXISTS (SELECT 1 FROM cases_document d WHERE d.attachment_id = a.id);
        GET DIAGNOSTICS n_files = ROW_COUNT;
    END IF;
    counted := jsonb_build_object('vault', n_vault, 'keys', n_keys, 'rows', n_rows, 'parts', n_parts, 'files', n_files);
    IF counted <> said - 'sealed' THEN
        RAISE EXCEPTION 'the record of the erasure says %, gone is %', said, counted USING ERRCODE = 'LZ004';
    END IF;
    RETURN new_id;
END $$;
