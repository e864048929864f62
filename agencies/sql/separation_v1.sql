-- agencies_keep_separate v1: the three separated administrators are different people who do nothing else.
-- The account's row is locked first: of two grants at once the second waits here, and its next statement, which under
-- READ COMMITTED has a snapshot of its own, sees what the first has committed.
CREATE OR REPLACE FUNCTION agencies_keep_separate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    separated CONSTANT text[] := ARRAY['system_admin', 'security_admin', 'audit_admin'];
    v_other text;
BEGIN
    IF NOT NEW.active THEN RETURN NEW; END IF;
    PERFORM 1 FROM agencies_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    SELECT m.role INTO v_other FROM agencies_membership m
     WHERE m.user_id = NEW.user_id AND m.active AND m.id IS DISTINCT FROM NEW.id AND m.role <> NEW.role
       AND (NEW.role = ANY (separated) OR m.role = ANY (separated))
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '账号 % 已任 %，不能再任 %：系统、安全、审计管理员须由不同的人担任，不兼任其他角色',
            NEW.user_id, v_other, NEW.role
            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_separated_roles';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agencies_membership_separate BEFORE INSERT OR UPDATE OF user_id, role, active ON agencies_membership
    FOR EACH ROW EXECUTE FUNCTION agencies_keep_separate();
ALTER TABLE agencies_membership ENABLE ALWAYS TRIGGER agencies_membership_separate;

-- Where an account was opened stands in its first event. From now on it is part of what needs an event to change.
UPDATE agencies_user u SET agency_id = (
    SELECT (convert_from(e.body, 'UTF8')::jsonb #>> '{data,agency}')::bigint FROM audit_event e
     WHERE e.stream = 'account/' || u.username AND e.action = 'account_created' ORDER BY e.seq DESC LIMIT 1)
 WHERE NOT u.is_system;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER agencies_user_has_event ON agencies_user;
CREATE CONSTRAINT TRIGGER agencies_user_has_event AFTER INSERT
  OR UPDATE OF username, display_name, staff_no, language, is_active, is_system, created_at, agency_id ON agencies_user
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.username <> 'system')
  EXECUTE FUNCTION agencies_change_has_event();
ALTER TABLE agencies_user ENABLE ALWAYS TRIGGER agencies_user_has_event;
