-- Who is looking, version 1: what a transaction said of itself (audit/sight.py), and what row-level security rests on.
-- A setting that was never made is NULL, one of an earlier transaction is '' afterwards: both mean nothing is visible.

CREATE FUNCTION sight_system() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.system', true), '') $$;
CREATE FUNCTION sight_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.user', true), '')::bigint $$;
-- agency * 4 + rank of confidentiality: compare with cases_caseagency.
CREATE FUNCTION sight_keys() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.keys', true), '')::bigint[] $$;
CREATE FUNCTION sight_watches() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.watches', true), '')::text[] $$;
CREATE FUNCTION sight_supervises() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.supervises', true), '')::text[] $$;
CREATE FUNCTION sight_administers() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lianzhi.administers', true), '')::bigint[] $$;

-- What the system actor of this transaction may do, such as 'cases_outbox SELECT' or 'case_load EXECUTE'. Written anew
-- after every migrate from config/database/wall.py; until then nobody may do anything.
CREATE FUNCTION sight_may(p_right text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN false;
END $$;

-- The owner, and who can become it, works behind the wall: migrations, the superuser. Asked inside a door only, where
-- current_user is the owner.
CREATE FUNCTION sight_of_owner() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, current_user, 'MEMBER') $$;

-- sight_wall: raise the wall around a table. Each text is the condition for a person; the system actors come on top.
CREATE FUNCTION sight_wall(p_table regclass, p_select text, p_insert text DEFAULT 'false', p_update text DEFAULT 'false')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('CREATE POLICY seen ON %s FOR SELECT USING ((SELECT sight_may(%L)) OR (%s))',
                   p_table, p_table || ' SELECT', p_select);
    EXECUTE format('CREATE POLICY added ON %s FOR INSERT WITH CHECK ((SELECT sight_may(%L)) OR (%s))',
                   p_table, p_table || ' INSERT', p_insert);
    EXECUTE format('CREATE POLICY changed ON %s FOR UPDATE USING ((SELECT sight_may(%L)) OR (%s))',
                   p_table, p_table || ' UPDATE', p_update);
END $$;

-- sight_open: take it down again.
CREATE FUNCTION sight_open(p_table regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP POLICY seen ON %s', p_table);
    EXECUTE format('DROP POLICY added ON %s', p_table);
    EXECUTE format('DROP POLICY changed ON %s', p_table);
    EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', p_table);
END $$;

-- audit_head and audit_erase behind a check: the head of a case's chain tells that there is such a case, and only
-- those that have to clear sealed data may. LZ006: not within the sight of this transaction.
ALTER FUNCTION audit_head(text) RENAME TO audit_head_unchecked;
CREATE FUNCTION audit_head(p_stream text, OUT seq integer, OUT leaf bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF left(p_stream, 5) = 'case/' AND NOT sight_of_owner() AND NOT sight_may('audit_head EXECUTE') THEN
        RAISE EXCEPTION 'the head of % is read by case_load only', p_stream USING ERRCODE = 'LZ006';
    END IF;
    SELECT h.seq, h.leaf INTO seq, leaf FROM audit_head_unchecked(p_stream) h;
END $$;
ALTER FUNCTION audit_erase(bigint, bytea) RENAME TO audit_erase_unchecked;
CREATE FUNCTION audit_erase(p_event bigint, p_body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_of_owner() AND NOT sight_may('audit_erase EXECUTE') THEN
        RAISE EXCEPTION 'sealed data are erased by the system actors that may, not by %', coalesce(sight_system(), 'this one')
            USING ERRCODE = 'LZ006';
    END IF;
    RETURN audit_erase_unchecked(p_event, p_body);
END $$;
