-- The second wall around what came after it: the access log, and tables whose rows go.

CREATE FUNCTION sight_decides() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.decides', true), '')::bigint[] $$;

-- sight_removal: who may delete rows of a walled table. Without it nobody behind the wall does.
CREATE FUNCTION sight_removal(p_table regclass, p_delete text DEFAULT 'false') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY removed ON %s FOR DELETE USING ((SELECT sight_may(%L)) OR (%s))',
                   p_table, p_table || ' DELETE', p_delete);
END $$;

-- The seals of the access log are read where they are written, and nothing else of the trail is.
CREATE POLICY access_log ON audit_event FOR SELECT USING
    (stream = 'access/log' AND (SELECT sight_may('access/log SELECT')));

-- A line says what the one who looks has read; whoever works as a system actor writes lines of no person.
ALTER FUNCTION audit_note_access(jsonb) RENAME TO audit_note_access_unchecked;
CREATE FUNCTION audit_note_access(p_line jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_user bigint := (p_line ->> 'user_id')::bigint;
BEGIN
    IF NOT (v_user IS NOT NULL AND v_user IS NOT DISTINCT FROM sight_user())
       AND NOT (v_user IS NULL AND sight_may('audit_note_access EXECUTE'))
       AND NOT sight_may('audit_access INSERT') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'a line of the access log of % is not by the one who is looking', coalesce(v_user::text, 'nobody')
            USING ERRCODE = 'LZ006';
    END IF;
    RETURN audit_note_access_unchecked(p_line);
END $$;

ALTER FUNCTION audit_access_settled() RENAME TO audit_access_settled_unchecked;
CREATE FUNCTION audit_access_settled() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_may('audit_access_settled EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'the access log is sealed by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    RETURN audit_access_settled_unchecked();
END $$;

ALTER FUNCTION audit_prune_access(bytea) RENAME TO audit_prune_access_unchecked;
CREATE FUNCTION audit_prune_access(p_body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_may('audit_prune_access EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'the access log is pruned by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    RETURN audit_prune_access_unchecked(p_body);
END $$;
