-- case_share_with_watcher v1: a commission or supervision that is set up sees the cases that its region had before it.
-- New cases are shared by the act that opens them (agencies/visibility.py); this is for those already there.
CREATE OR REPLACE FUNCTION case_share_with_watcher() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
    SELECT NEW.id, c.id, 'supervisor', now() FROM cases_case c WHERE starts_with(c.region_code, NEW.region_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER case_share_with_watcher AFTER INSERT OR UPDATE OF active, region_id ON agencies_agency FOR EACH ROW
    WHEN (NEW.active AND NEW.parent_id IS NULL AND NEW.kind IN ('development_commission', 'supervision'))
    EXECUTE FUNCTION case_share_with_watcher();

-- case_keep_agency v1: who owes work or leads a case that goes on cannot be closed: nobody could go on with it.
CREATE OR REPLACE FUNCTION case_keep_agency() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cases_task WHERE (agency_id = NEW.id OR unit_id = NEW.id) AND state = 'open')
       OR EXISTS (SELECT 1 FROM cases_case WHERE lead_agency_id = NEW.id AND stage <> 'closed') THEN
        RAISE EXCEPTION '% owes work', NEW.code USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_owes_nothing';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER case_keep_agency BEFORE UPDATE OF active ON agencies_agency FOR EACH ROW
    WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION case_keep_agency();
