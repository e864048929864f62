DROP TRIGGER agencies_user_has_event ON agencies_user;
CREATE CONSTRAINT TRIGGER agencies_user_has_event AFTER INSERT
  OR UPDATE OF username, display_name, staff_no, language, is_active, is_system, created_at ON agencies_user
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.username <> 'system')
  EXECUTE FUNCTION agencies_change_has_event();
ALTER TABLE agencies_user ENABLE ALWAYS TRIGGER agencies_user_has_event;
DROP TRIGGER agencies_membership_separate ON agencies_membership;
DROP FUNCTION agencies_keep_separate();
