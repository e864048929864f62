-- Deferred: at the end of a transaction a case and its events agree, whoever wrote them.

CREATE OR REPLACE FUNCTION case_assert_projection(p_case uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    c cases_case;
    v_last integer;
    v_leaf bytea;
BEGIN
    SELECT * INTO c FROM cases_case WHERE id = p_case;
    SELECT e.seq, e.leaf INTO v_last, v_leaf FROM audit_event e
    WHERE e.stream = 'case/' || p_case ORDER BY e.seq DESC LIMIT 1;
    IF c.id IS NULL OR v_last IS DISTINCT FROM c.version OR v_leaf IS DISTINCT FROM c.head THEN
        RAISE EXCEPTION 'case % has version %, its last event is %', p_case, c.version, v_last
            USING ERRCODE = 'LZ002', HINT = 'version = number of events, head = leaf of the last one';
    END IF;
END $$;

-- No stage change (nor any other) without an event of the same transaction.
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

-- No event of a case that the case does not show.
CREATE OR REPLACE FUNCTION case_event_has_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM case_assert_projection(substr(NEW.stream, 6)::uuid);
    RETURN NULL;
END $$;

-- A number that was drawn has its document: gapless.
CREATE OR REPLACE FUNCTION document_series_has_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cases_document d WHERE d.agency_id = NEW.agency_id AND d.kind = NEW.kind
                   AND d.year = NEW.year AND d.serial = NEW.last) THEN
        RAISE EXCEPTION 'number % of series %/%/% was drawn for no document', NEW.last, NEW.agency_id, NEW.kind, NEW.year
            USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION case_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: nothing of a case is deleted', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
END $$;

CREATE CONSTRAINT TRIGGER case_row_has_event AFTER INSERT OR UPDATE ON cases_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_row_has_event();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_row_has_event;
CREATE CONSTRAINT TRIGGER case_event_has_row AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (left(NEW.stream, 5) = 'case/') EXECUTE FUNCTION case_event_has_row();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER case_event_has_row;
CREATE CONSTRAINT TRIGGER document_series_has_document AFTER INSERT OR UPDATE ON cases_documentseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_series_has_document();
ALTER TABLE cases_documentseries ENABLE ALWAYS TRIGGER document_series_has_document;
CREATE TRIGGER case_no_removal BEFORE DELETE OR TRUNCATE ON cases_case
    FOR EACH STATEMENT EXECUTE FUNCTION case_refuse_removal();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_no_removal;
CREATE TRIGGER task_no_removal BEFORE DELETE OR TRUNCATE ON cases_task
    FOR EACH STATEMENT EXECUTE FUNCTION case_refuse_removal();
ALTER TABLE cases_task ENABLE ALWAYS TRIGGER task_no_removal;
CREATE TRIGGER document_no_removal BEFORE DELETE OR TRUNCATE ON cases_document
    FOR EACH STATEMENT EXECUTE FUNCTION case_refuse_removal();
ALTER TABLE cases_document ENABLE ALWAYS TRIGGER document_no_removal;
CREATE TRIGGER clock_no_removal BEFORE DELETE OR TRUNCATE ON cases_clockinterval
    FOR EACH STATEMENT EXECUTE FUNCTION case_refuse_removal();
ALTER TABLE cases_clockinterval ENABLE ALWAYS TRIGGER clock_no_removal;
CREATE TRIGGER participant_no_removal BEFORE DELETE OR TRUNCATE ON cases_caseagency
    FOR EACH STATEMENT EXECUTE FUNCTION case_refuse_removal();
ALTER TABLE cases_caseagency ENABLE ALWAYS TRIGGER participant_no_removal;
CREATE TRIGGER attachment_no_removal BEFORE DELETE OR TRUNCATE ON cases_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION case_refuse_removal();
ALTER TABLE cases_attachment ENABLE ALWAYS TRIGGER attachment_no_removal;
