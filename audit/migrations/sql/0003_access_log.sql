-- The access log: who read which personal data, or took them out, when, through which post and for what. Lines are
-- added by `audit_note_access` and taken away by `audit_prune_access`, and by nothing else.
-- LZ007: too young to go.

CREATE TABLE audit_access (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    user_id    bigint,
    username   text NOT NULL CHECK (username <> ''),
    agency_id  bigint,
    role       text NOT NULL DEFAULT '',
    -- A keyed hash: two reads from one place have the same, and it gives no address away.
    address    text NOT NULL DEFAULT '' CHECK (address ~ '^([0-9a-f]{16})?$'),
    way        text NOT NULL CONSTRAINT audit_access_way_known CHECK (
        way IN ('page', 'list', 'search', 'api', 'download', 'print', 'export', 'command')),
    case_id    uuid,
    -- What was read beside or instead of a case: "file/<id>", "import/<id>".
    target     text NOT NULL DEFAULT '' CHECK (length(target) <= 200),
    -- Codes of the items or fields, never a value.
    items      jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(items) = 'array'),
    purpose    text NOT NULL DEFAULT '' CHECK (length(purpose) <= 200),
    rows       integer NOT NULL CHECK (rows >= 0),
    file_hash  text NOT NULL DEFAULT '' CHECK (file_hash ~ '^([0-9a-f]{64})?$')
);
CREATE INDEX audit_access_at ON audit_access (at);
CREATE INDEX audit_access_user ON audit_access (user_id, id);
CREATE INDEX audit_access_agency ON audit_access (agency_id, id);
CREATE INDEX audit_access_case ON audit_access (case_id, id) WHERE case_id IS NOT NULL;

CREATE FUNCTION audit_note_access(p_line jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    new_id bigint;
BEGIN
    INSERT INTO audit_access (at, user_id, username, agency_id, role, address, way, case_id, target, items, purpose,
                              rows, file_hash)
    SELECT l.at, l.user_id, l.username, l.agency_id, l.role, l.address, l.way, l.case_id, l.target, l.items, l.purpose,
           l.rows, l.file_hash
    FROM jsonb_populate_record(NULL::audit_access, p_line) l
    RETURNING id INTO new_id;
    RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION audit_note_access(jsonb) FROM PUBLIC;

-- The highest id below which nothing can appear any more. The lock waits for whoever is writing; who comes later gets
-- a higher id. It is held until the caller's transaction ends, so that transaction does nothing else.
CREATE FUNCTION audit_access_settled() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    last bigint;
BEGIN
    LOCK TABLE audit_access IN SHARE MODE;
    SELECT max(id) INTO last FROM audit_access;
    RETURN coalesce(last, 0);
END $$;
REVOKE ALL ON FUNCTION audit_access_settled() FROM PUBLIC;

-- Take away the lines up to `through_id`, which a seal covers, and record how many of which time went. The body is
-- built by the caller; what it says is checked here and, once more, by the trigger. Six months are the law's minimum
-- (网络安全法 21(3)), by the database's own clock, whatever the application was told.
CREATE FUNCTION audit_prune_access(p_body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body   jsonb := convert_from(p_body, 'UTF8')::jsonb;
    new_id bigint;
BEGIN
    IF (body->>'stream') IS DISTINCT FROM 'access/log' OR (body->>'action') IS DISTINCT FROM 'access_log_pruned'
       OR jsonb_typeof(body->'data'->'through_id') IS DISTINCT FROM 'number'
       OR jsonb_typeof(body->'data'->'lines') IS DISTINCT FROM 'number' THEN
        RAISE EXCEPTION 'the record of a pruning names the stream access/log, the last id and the number of lines'
            USING ERRCODE = 'LZ004';
    END IF;
    new_id := audit_append_internal(p_body);
    DELETE FROM audit_access WHERE id <= (body->'data'->>'through_id')::bigint;
    RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION audit_prune_access(bytea) FROM PUBLIC;

CREATE FUNCTION audit_refuse_silent_pruning() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lines  bigint;
    newest timestamptz;
    last   bigint;
BEGIN
    SELECT count(*), max(at), max(id) INTO lines, newest, last FROM gone;
    IF lines = 0 THEN
        RETURN NULL;
    END IF;
    IF newest > clock_timestamp() - interval '183 days' THEN
        RAISE EXCEPTION 'DELETE of audit_access refused: a line of % is younger than 183 days', newest
            USING ERRCODE = 'LZ007';
    END IF;
    PERFORM 1 FROM audit_event e, LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb->'data' AS data) b
    WHERE e.stream = 'access/log' AND e.action = 'access_log_pruned' AND e.tx = pg_current_xact_id()
      AND (b.data->>'lines')::bigint = lines AND (b.data->>'through_id')::bigint >= last;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'DELETE of audit_access refused: prune through audit_prune_access, which records it'
            USING ERRCODE = 'LZ003';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER audit_access_append_only BEFORE UPDATE OR TRUNCATE ON audit_access
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_access_recorded_pruning AFTER DELETE ON audit_access REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_silent_pruning();
ALTER TABLE audit_access ENABLE ALWAYS TRIGGER audit_access_append_only;
ALTER TABLE audit_access ENABLE ALWAYS TRIGGER audit_access_recorded_pruning;
