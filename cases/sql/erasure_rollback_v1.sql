DROP FUNCTION IF EXISTS case_erase(bytea, bigint[], bytea[]), case_family(uuid);
ALTER TABLE cases_listrow DROP COLUMN IF EXISTS erased_at;
ALTER TABLE cases_attachment DROP COLUMN IF EXISTS erased_at;
