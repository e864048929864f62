DROP FUNCTION audit_erase(bigint, bytea);
ALTER FUNCTION audit_erase_unchecked(bigint, bytea) RENAME TO audit_erase;
DROP FUNCTION audit_head(text);
ALTER FUNCTION audit_head_unchecked(text) RENAME TO audit_head;
DROP FUNCTION sight_open(regclass), sight_wall(regclass, text, text, text), sight_of_owner(), sight_may(text),
    sight_administers(), sight_supervises(), sight_watches(), sight_keys(), sight_user(), sight_system();
