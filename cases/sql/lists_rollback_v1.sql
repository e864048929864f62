DROP INDEX IF EXISTS audit_event_at_idx, case_outcome_idx;
DROP TRIGGER IF EXISTS case_grams_of_renamed ON cases_case;
DROP TRIGGER IF EXISTS case_grams_of_new ON cases_case;
DROP TABLE IF EXISTS cases_casesearch;
DROP FUNCTION IF EXISTS case_note_grams(), cases_grams(text), fold_task_counters();
