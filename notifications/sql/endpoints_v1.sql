-- endpoints v1: what an endpoint is told, where it goes and whether it is in use changes with an event of its agency in
-- the same transaction. What became of calls, and sealing it again under another key, needs none.
CREATE FUNCTION endpoint_has_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told text;
BEGIN
    SELECT 'agency/' || code INTO told FROM agencies_agency WHERE id = NEW.agency_id;
    IF NOT EXISTS (SELECT FROM audit_event WHERE stream = told AND tx = pg_current_xact_id()) THEN
        RAISE EXCEPTION '% on %: % has no event of this transaction', TG_OP, TG_TABLE_NAME, told USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER endpoint_added_has_event AFTER INSERT ON notifications_endpoint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION endpoint_has_event();
CREATE CONSTRAINT TRIGGER endpoint_changed_has_event AFTER UPDATE ON notifications_endpoint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.name, OLD.topics, OLD.language, OLD.active, OLD.off, OLD.secret_version, OLD.former_until)
        IS DISTINCT FROM (NEW.name, NEW.topics, NEW.language, NEW.active, NEW.off, NEW.secret_version, NEW.former_until))
    EXECUTE FUNCTION endpoint_has_event();
ALTER TABLE notifications_endpoint ENABLE ALWAYS TRIGGER endpoint_added_has_event;
ALTER TABLE notifications_endpoint ENABLE ALWAYS TRIGGER endpoint_changed_has_event;
