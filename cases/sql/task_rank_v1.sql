-- case_pass_rank_to_tasks v1: a case that becomes more or less confidential takes its tasks along, in list and counter.
-- A task that is opened takes the rank of its case in case_commit.
CREATE OR REPLACE FUNCTION case_pass_rank_to_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH moved AS (
        UPDATE cases_task SET rank = agencies_rank(NEW.confidentiality) WHERE case_id = NEW.id
        RETURNING agency_id, region_code, stage, state, rank
    )
    INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
    SELECT agency_id, region_code, stage, agencies_rank(OLD.confidentiality), -1 FROM moved WHERE state = 'open'
    UNION ALL SELECT agency_id, region_code, stage, rank, 1 FROM moved WHERE state = 'open';
    RETURN NULL;
END $$;
CREATE TRIGGER case_pass_rank_to_tasks AFTER UPDATE OF confidentiality ON cases_case FOR EACH ROW
    WHEN (OLD.confidentiality IS DISTINCT FROM NEW.confidentiality) EXECUTE FUNCTION case_pass_rank_to_tasks();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_pass_rank_to_tasks;
