-- What holds a case, its events and its participants together, asked once a statement where a row need not ask by itself,
-- and in one query where it must.

-- case_take_ranks v1: who sees a case sees it at the case's confidentiality, whatever was written; a row that changes asks
-- by itself, as before. FOR SHARE waits for an act that is just changing the confidentiality; the act itself holds the case
-- already. A case that is not there is refused by the reference; until then nobody would see it.
CREATE FUNCTION case_take_ranks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT a.agency_id, a.case_id, coalesce(agencies_rank(c.confidentiality), 2) AS rank
        FROM added a LEFT JOIN LATERAL (
            SELECT confidentiality FROM cases_case WHERE id = a.case_id FOR SHARE) c ON true
        WHERE a.rank <> coalesce(agencies_rank(c.confidentiality), 2)
    LOOP
        UPDATE cases_caseagency SET rank = r.rank WHERE agency_id = r.agency_id AND case_id = r.case_id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER case_take_ranks AFTER INSERT ON cases_caseagency REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_take_ranks();
ALTER TABLE cases_caseagency ENABLE ALWAYS TRIGGER case_take_ranks;
DROP TRIGGER case_take_rank ON cases_caseagency;
CREATE TRIGGER case_take_rank BEFORE UPDATE OF rank, case_id ON cases_caseagency
    FOR EACH ROW EXECUTE FUNCTION case_take_rank();
ALTER TABLE cases_caseagency ENABLE ALWAYS TRIGGER case_take_rank;

-- case_event_of_looker v2: an event of a case is only of the one who looks.
DROP TRIGGER case_event_of_looker ON audit_event;
CREATE OR REPLACE FUNCTION case_event_of_looker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_event record;
BEGIN
    IF NOT sight_may('case_commit EXECUTE') AND NOT sight_of_owner() THEN
        SELECT seq, stream INTO v_event FROM added
        WHERE left(stream, 5) = 'case/' AND actor_id IS DISTINCT FROM sight_user() LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'event % of % is not by the one who is looking', v_event.seq, v_event.stream
                USING ERRCODE = 'LZ006';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER case_event_of_looker AFTER INSERT ON audit_event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_event_of_looker();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER case_event_of_looker;

-- case_note_grams v2: new cases all at once; a renamed one as before.
DROP TRIGGER case_grams_of_new ON cases_case;
CREATE FUNCTION case_note_grams_of_new() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cases_casesearch (case_id, grams) SELECT id, cases_grams(number || ' ' || title) FROM added
    ON CONFLICT (case_id) DO UPDATE SET grams = excluded.grams;
    RETURN NULL;
END $$;
CREATE TRIGGER case_grams_of_new AFTER INSERT ON cases_case REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_note_grams_of_new();

-- case_row_has_event v2: no change of a case without an event of the same transaction. The usual case in one query:
-- the last event of the stream is of this transaction and is what the row shows. Else the two questions one by one.
CREATE OR REPLACE FUNCTION case_row_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM cases_case c, LATERAL (
        SELECT e.seq, e.leaf, e.tx FROM audit_event e WHERE e.stream = 'case/' || c.id ORDER BY e.seq DESC LIMIT 1) l
    WHERE c.id = NEW.id AND l.tx = pg_current_xact_id() AND l.seq = NEW.version AND l.seq = c.version
      AND l.leaf = c.head;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.stream = 'case/' || NEW.id AND e.seq = NEW.version
                   AND e.tx = pg_current_xact_id()) THEN
        RAISE EXCEPTION 'case % changed without an event of this transaction', NEW.id USING ERRCODE = 'LZ002';
    END IF;
    PERFORM case_assert_projection(NEW.id);
    RETURN NULL;
END $$;

-- case_event_has_row v2: no event of a case that the case does not show; the last one in one query.
CREATE OR REPLACE FUNCTION case_event_has_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM cases_case c WHERE c.id = substr(NEW.stream, 6)::uuid AND c.version = NEW.seq AND c.head = NEW.leaf
      AND NOT EXISTS (SELECT FROM audit_event e WHERE e.stream = NEW.stream AND e.seq > NEW.seq);
    IF NOT FOUND THEN
        PERFORM case_assert_projection(substr(NEW.stream, 6)::uuid);
    END IF;
    RETURN NULL;
END $$;
