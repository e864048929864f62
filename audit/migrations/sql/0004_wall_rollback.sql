DROP FUNCTION audit_prune_access(bytea), audit_access_settled(), audit_note_access(jsonb);
ALTER FUNCTION audit_prune_access_unchecked(bytea) RENAME TO audit_prune_access;
ALTER FUNCTION audit_access_settled_unchecked() RENAME TO audit_access_settled;
ALTER FUNCTION audit_note_access_unchecked(jsonb) RENAME TO audit_note_access;
DROP POLICY access_log ON audit_event;
DROP FUNCTION sight_removal(regclass, text), sight_decides();
