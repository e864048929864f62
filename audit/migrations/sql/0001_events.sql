-- The audit tables, version 1. Everything below is written by the functions of this file and by nothing else.
-- Our SQLSTATEs: LZ001 the stream has moved on · LZ002 not through this door · LZ003 append-only ·
-- LZ004 malformed body · LZ005 sealed data do not open the commitment.

CREATE TABLE audit_event (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- "C": byte order everywhere, so that a range of streams is the same range in SQL and in Python.
    stream    text COLLATE "C" NOT NULL,
    seq       integer NOT NULL CHECK (seq > 0),
    prev      bytea NOT NULL CHECK (length(prev) = 32),
    body      bytea NOT NULL,
    leaf      bytea NOT NULL CHECK (length(leaf) = 32),
    -- A reader that wants "everything up to now" takes tx < pg_snapshot_xmin(pg_current_snapshot()):
    -- by id alone it would skip a lower id that is not committed yet.
    tx        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at        timestamptz NOT NULL,
    action    text NOT NULL,
    actor_id  bigint,
    agency_id bigint,
    CONSTRAINT audit_event_stream_seq UNIQUE (stream, seq)
);
CREATE INDEX audit_event_actor_at ON audit_event (actor_id, at);
CREATE INDEX audit_event_action_at ON audit_event (action, at);
CREATE INDEX audit_event_agency_at ON audit_event (agency_id, at);
-- Bodies are small and read one by one: compressing them costs more time than the space is worth.
ALTER TABLE audit_event ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE audit_sealed (
    event_id bigint PRIMARY KEY REFERENCES audit_event (id) DEFERRABLE INITIALLY DEFERRED,
    salt     bytea NOT NULL CHECK (length(salt) = 16),
    data     jsonb NOT NULL
);

CREATE TABLE audit_democlock (
    id       smallint PRIMARY KEY CONSTRAINT audit_democlock_single CHECK (id = 1),
    "offset" interval,
    frozen   timestamptz,
    CONSTRAINT audit_democlock_offset_or_frozen CHECK (("offset" IS NULL) <> (frozen IS NULL))
);

-- Append one event that follows the head of its stream. No lock beyond the unique index: of two writers with the same
-- head the second waits for the first and then gets LZ001. All columns come from the body, so they cannot disagree.
CREATE FUNCTION audit_append_internal(p_body bytea) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body   jsonb := convert_from(p_body, 'UTF8')::jsonb;
    s      text := body->>'stream';
    n      integer := (body->>'seq')::integer;
    h_seq  integer;
    h_leaf bytea;
    new_id bigint;
BEGIN
    -- A body of another shape would be found wrong for ever. (Its RFC 8785 form is left to the verification.)
    IF (body->'v') IS DISTINCT FROM '1' OR jsonb_typeof(body->'seq') IS DISTINCT FROM 'number'
       OR jsonb_typeof(body->'action') IS DISTINCT FROM 'string' OR (s ~ '^[a-z][a-z_]*/[^\x01-\x20]+$') IS NOT TRUE
       OR (body->>'at' ~ '^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$') IS NOT TRUE
       OR (body->'actor' ?& '{id,agency,username,role}') IS NOT TRUE
       OR jsonb_typeof(body#>'{actor,id}') NOT IN ('number', 'null')
       OR jsonb_typeof(body#>'{actor,agency}') NOT IN ('number', 'null') THEN
        RAISE EXCEPTION 'the body lacks v, stream, seq, action or a UTC time with six digits, or names no actor'
            USING ERRCODE = 'LZ004';
    END IF;
    SELECT e.seq, e.leaf INTO h_seq, h_leaf FROM audit_event e WHERE e.stream = s ORDER BY e.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        h_seq := 0;
        h_leaf := decode(repeat('00', 32), 'hex');
    END IF;
    IF n <> h_seq + 1 OR (body->>'prev') IS DISTINCT FROM encode(h_leaf, 'hex') THEN
        RAISE EXCEPTION 'stream % is at seq %, the event carries seq % and prev %', s, h_seq, n, body->>'prev'
            USING ERRCODE = 'LZ001';
    END IF;
    INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id)
    VALUES (s, n, h_leaf, p_body, sha256('\x00'::bytea || p_body), (body->>'at')::timestamptz, body->>'action',
            (body->'actor'->>'id')::bigint, (body->'actor'->>'agency')::bigint)
    ON CONFLICT (stream, seq) DO NOTHING
    RETURNING id INTO new_id;
    IF new_id IS NULL THEN
        RAISE EXCEPTION 'stream %: another event took seq % first', s, n USING ERRCODE = 'LZ001';
    END IF;
    RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION audit_append_internal(bytea) FROM PUBLIC;

-- The application's door for everything that is not a case (those come through case_commit) and not an erasure.
CREATE FUNCTION audit_append(p_body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    s text := convert_from(p_body, 'UTF8')::jsonb->>'stream';
BEGIN
    IF s LIKE 'case/%' OR s LIKE 'sealed/%' THEN
        RAISE EXCEPTION 'stream % is written by its own function only', s USING ERRCODE = 'LZ002';
    END IF;
    RETURN audit_append_internal(p_body);
END $$;
REVOKE ALL ON FUNCTION audit_append(bytea) FROM PUBLIC;

-- Waits for other writers of the stream and returns its head; they wait for the end of this transaction. For callers
-- that would rather queue than be refused with LZ001. Two statements on purpose: the second one's snapshot is taken
-- after the lock is held. Callers that take several streams in one transaction take them in one order.
CREATE FUNCTION audit_head(p_stream text, OUT seq integer, OUT leaf bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit_event/' || p_stream, 0));
    SELECT e.seq, e.leaf INTO seq, leaf FROM audit_event e WHERE e.stream = p_stream ORDER BY e.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        seq := 0;
        leaf := decode(repeat('00', 32), 'hex');
    END IF;
END $$;
REVOKE ALL ON FUNCTION audit_head(text) FROM PUBLIC;

-- Store the sealed data of an event of this transaction. p_data are the canonical bytes of the data.
CREATE FUNCTION audit_seal(p_event bigint, p_salt bytea, p_data bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    promised text;
BEGIN
    SELECT convert_from(e.body, 'UTF8')::jsonb->>'sealed' INTO promised
    FROM audit_event e WHERE e.id = p_event AND e.tx = pg_current_xact_id();
    IF promised IS DISTINCT FROM encode(sha256(p_salt || p_data), 'hex') THEN
        RAISE EXCEPTION 'the sealed data of event % do not open its commitment %', p_event, promised
            USING ERRCODE = 'LZ005';
    END IF;
    INSERT INTO audit_sealed (event_id, salt, data) VALUES (p_event, p_salt, convert_from(p_data, 'UTF8')::jsonb);
END $$;
REVOKE ALL ON FUNCTION audit_seal(bigint, bytea, bytea) FROM PUBLIC;

-- Erase the sealed data of one event and record that, in a stream of its own ("sealed/<event id>", one event). The body
-- of the record is built by the caller, because RFC 8785 bytes are; what it must say is checked here.
CREATE FUNCTION audit_erase(p_event bigint, p_body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body   jsonb := convert_from(p_body, 'UTF8')::jsonb;
    new_id bigint;
BEGIN
    IF (body->>'stream') IS DISTINCT FROM 'sealed/' || p_event OR (body->>'action') IS DISTINCT FROM 'sealed_erased'
       OR coalesce(body->'data'->>'reason', '') = '' OR (body->'data'->>'event') IS DISTINCT FROM p_event::text THEN
        RAISE EXCEPTION 'the record of an erasure names the stream sealed/%, the event and a reason', p_event
            USING ERRCODE = 'LZ004';
    END IF;
    new_id := audit_append_internal(p_body);
    DELETE FROM audit_sealed WHERE event_id = p_event;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event % has no sealed data', p_event USING ERRCODE = 'LZ005';
    END IF;
    RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION audit_erase(bigint, bytea) FROM PUBLIC;

CREATE FUNCTION audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: audit rows are only ever added', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
END $$;

-- Sealed data may go, but only in the transaction that says so.
CREATE FUNCTION audit_refuse_silent_erasure() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM audit_event WHERE stream = 'sealed/' || OLD.event_id AND tx = pg_current_xact_id();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'DELETE of audit_sealed refused: erase through audit_erase, which records it'
            USING ERRCODE = 'LZ003';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_sealed_append_only BEFORE UPDATE OR TRUNCATE ON audit_sealed
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_sealed_recorded_erasure BEFORE DELETE ON audit_sealed
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_silent_erasure();
-- ALWAYS: session_replication_role = replica would switch ordinary triggers off.
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_append_only;
ALTER TABLE audit_sealed ENABLE ALWAYS TRIGGER audit_sealed_append_only;
ALTER TABLE audit_sealed ENABLE ALWAYS TRIGGER audit_sealed_recorded_erasure;
