-- Takes back sampling_v1.sql but for audit_beside_cases, which events_in_sight_v1.sql puts back; the tables go with the
-- migration.
DROP TRIGGER sample_has_event ON cases_sample;
DROP TRIGGER sample_has_event ON cases_samplefinding;
DROP TRIGGER sample_unit_in_time ON cases_sampleunit;
DROP TRIGGER sample_unit_drawn ON cases_sampleunit;
DROP TRIGGER sample_stays ON cases_sample;
DROP TRIGGER sample_stays ON cases_sampleunit;
DROP TRIGGER sample_stays ON cases_samplefinding;
DROP TRIGGER sample_is_kept ON cases_sample;
DROP TRIGGER sample_is_kept ON cases_sampleunit;
DROP TRIGGER sample_is_kept ON cases_samplefinding;
DROP FUNCTION sample_has_event();
DROP FUNCTION sample_unit_in_time();
DROP FUNCTION sample_stays();
