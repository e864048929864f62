-- relapses v1, taken back.
DROP FUNCTION case_relapses(uuid);
DROP INDEX case_relapse_of_idx;
