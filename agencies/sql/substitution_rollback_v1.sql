DROP FUNCTION audit_on_behalf(bytea);
DROP TRIGGER agencies_substitution_has_event ON agencies_substitution;
DROP FUNCTION agencies_substitution_told();
DROP TRIGGER agencies_substitution_keep ON agencies_substitution;
DROP FUNCTION agencies_keep_substitution();
DROP FUNCTION agencies_posts(bigint);
ALTER FUNCTION agencies_own_posts(bigint) RENAME TO agencies_posts;
DROP FUNCTION agencies_stood_posts(bigint);
DROP FUNCTION agencies_today();
