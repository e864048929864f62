-- case_take_rank v1: who sees a case sees it at the case's confidentiality, whatever was written.
-- FOR SHARE waits for an act that is just changing the confidentiality; the act itself holds the case already.
CREATE OR REPLACE FUNCTION case_take_rank() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT agencies_rank(confidentiality) INTO NEW.rank FROM cases_case WHERE id = NEW.case_id FOR SHARE;
    -- A case that is not there is refused by the reference; until then nobody would see it.
    NEW.rank := coalesce(NEW.rank, 2);
    RETURN NEW;
END $$;
CREATE TRIGGER case_take_rank BEFORE INSERT OR UPDATE OF rank, case_id ON cases_caseagency
    FOR EACH ROW EXECUTE FUNCTION case_take_rank();
ALTER TABLE cases_caseagency ENABLE ALWAYS TRIGGER case_take_rank;

-- case_pass_rank v1: a case that becomes more or less confidential takes its rows along.
CREATE OR REPLACE FUNCTION case_pass_rank() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_caseagency SET rank = agencies_rank(NEW.confidentiality) WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER case_pass_rank AFTER UPDATE OF confidentiality ON cases_case FOR EACH ROW
    WHEN (OLD.confidentiality IS DISTINCT FROM NEW.confidentiality) EXECUTE FUNCTION case_pass_rank();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_pass_rank;
