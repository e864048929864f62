-- Version 1. No change of a password's facts or of a second factor without an event of the account in the same
-- transaction. Uses of a factor are no change of it: they only move its counters.
CREATE FUNCTION agencies_entry_has_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  told text;
BEGIN
  SELECT 'account/' || username INTO told FROM agencies_user
   WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
  IF NOT EXISTS (SELECT FROM audit_event WHERE stream = told AND tx = pg_current_xact_id()) THEN
    RAISE EXCEPTION '% on %: % has no event of this transaction', TG_OP, TG_TABLE_NAME, told USING ERRCODE = 'LZ002';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER agencies_password_has_event AFTER INSERT OR UPDATE ON agencies_password
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_entry_has_event();
CREATE CONSTRAINT TRIGGER mfa_authenticator_has_event AFTER INSERT OR DELETE ON mfa_authenticator
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_entry_has_event();
-- By what changes, not by the columns that are named: allauth writes whole rows when a recovery code is used.
CREATE CONSTRAINT TRIGGER mfa_authenticator_moved_has_event AFTER UPDATE ON mfa_authenticator
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id OR OLD.type IS DISTINCT FROM NEW.type)
  EXECUTE FUNCTION agencies_entry_has_event();
ALTER TABLE agencies_password ENABLE ALWAYS TRIGGER agencies_password_has_event;
ALTER TABLE mfa_authenticator ENABLE ALWAYS TRIGGER mfa_authenticator_has_event;
ALTER TABLE mfa_authenticator ENABLE ALWAYS TRIGGER mfa_authenticator_moved_has_event;
