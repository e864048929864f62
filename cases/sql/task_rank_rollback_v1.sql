DROP TRIGGER IF EXISTS case_pass_rank_to_tasks ON cases_case;
DROP FUNCTION IF EXISTS case_pass_rank_to_tasks();
-- The counters know no rank any more: one row of each place and stage takes all.
DELETE FROM cases_taskcounter;
DELETE FROM cases_taskcounterdelta;
INSERT INTO cases_taskcounter (agency_id, region_code, stage, n)
    SELECT agency_id, region_code, stage, count(*) FROM cases_task WHERE state = 'open'
    GROUP BY agency_id, region_code, stage;
