DROP TRIGGER case_take_ranks ON cases_caseagency;
DROP FUNCTION case_take_ranks();
DROP TRIGGER case_take_rank ON cases_caseagency;
CREATE TRIGGER case_take_rank BEFORE INSERT OR UPDATE OF rank, case_id ON cases_caseagency
    FOR EACH ROW EXECUTE FUNCTION case_take_rank();
ALTER TABLE cases_caseagency ENABLE ALWAYS TRIGGER case_take_rank;
DROP TRIGGER case_grams_of_new ON cases_case;
DROP FUNCTION case_note_grams_of_new();
CREATE TRIGGER case_grams_of_new AFTER INSERT ON cases_case FOR EACH ROW EXECUTE FUNCTION case_note_grams();
DROP TRIGGER case_event_of_looker ON audit_event;
CREATE OR REPLACE FUNCTION case_event_of_looker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.actor_id IS DISTINCT FROM sight_user() AND NOT sight_may('case_commit EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'event % of % is not by the one who is looking', NEW.seq, NEW.stream USING ERRCODE = 'LZ006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_event_of_looker BEFORE INSERT ON audit_event FOR EACH ROW WHEN (left(NEW.stream, 5) = 'case/')
    EXECUTE FUNCTION case_event_of_looker();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER case_event_of_looker;

CREATE OR REPLACE FUNCTION case_row_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.stream = 'case/' || NEW.id AND e.seq = NEW.version
                   AND e.tx = pg_current_xact_id()) THEN
        RAISE EXCEPTION 'case % changed without an event of this transaction', NEW.id USING ERRCODE = 'LZ002';
    END IF;
    PERFORM case_assert_projection(NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION case_event_has_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM case_assert_projection(substr(NEW.stream, 6)::uuid);
    RETURN NULL;
END $$;
