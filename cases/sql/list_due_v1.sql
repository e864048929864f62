-- list_due v1: the day by which a list has to be answered follows the calendar and nothing else, with an event of the
-- same transaction; what the list itself named, and what was issued by nobody, never changes.
CREATE FUNCTION list_due_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r cases_listbatch;
BEGIN
    SELECT * INTO r FROM cases_listbatch WHERE id = NEW.id;
    IF OLD.due_rule IN ('stated', 'not_issued') OR NOT EXISTS (
        SELECT FROM audit_event e JOIN agencies_agency a ON a.id = r.agency_id,
            LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS b) x
        WHERE e.stream = 'agency/' || a.code AND e.tx = pg_current_xact_id() AND e.action = 'import_recounted'
          AND b #>> '{data,batch}' = r.id::text AND (b #>> '{data,due}')::timestamptz = r.due_at
          AND (b #>> '{data,provisional}')::boolean = r.due_provisional) THEN
        RAISE EXCEPTION 'the day of list % changed without an event of this transaction', NEW.id USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER list_due_has_event AFTER UPDATE ON cases_listbatch DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.due_at, OLD.due_rule, OLD.due_provisional)
                       IS DISTINCT FROM (NEW.due_at, NEW.due_rule, NEW.due_provisional))
    EXECUTE FUNCTION list_due_has_event();
ALTER TABLE cases_listbatch ENABLE ALWAYS TRIGGER list_due_has_event;
