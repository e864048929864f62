-- What has no case cannot stay where every row has one. Their messages went with the migration of the inbox.
DROP FUNCTION outbox_notice(text, uuid, integer, text, bigint, jsonb, timestamptz);
DELETE FROM cases_outbox WHERE case_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
