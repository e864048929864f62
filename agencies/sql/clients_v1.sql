-- A system of an agency: its account has no password, holds the role of a handler in that agency and no other, and
-- none of it changes without an event of the same transaction.

CREATE FUNCTION agencies_client_has_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  told text;
BEGIN
  told := 'account/' || CASE TG_TABLE_NAME
    WHEN 'agencies_client' THEN (SELECT username FROM agencies_user WHERE id = (to_jsonb(NEW) ->> 'user_id')::bigint)
    ELSE to_jsonb(NEW) ->> 'name' END;
  IF told IS NULL OR NOT EXISTS (SELECT FROM audit_event WHERE stream = told AND tx = pg_current_xact_id()) THEN
    RAISE EXCEPTION '% on %: % has no event of this transaction', TG_OP, TG_TABLE_NAME, told USING ERRCODE = 'LZ002';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER agencies_client_has_event AFTER INSERT OR UPDATE ON agencies_client
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_client_has_event();
CREATE CONSTRAINT TRIGGER agencies_application_has_event AFTER INSERT OR UPDATE ON oauth2_provider_application
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_client_has_event();

CREATE FUNCTION agencies_client_posts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.active AND EXISTS (SELECT FROM agencies_client c WHERE c.user_id = NEW.user_id
      AND (NEW.role <> 'handler' OR NEW.agency_id <> c.agency_id OR NOT c.active)) THEN
    RAISE EXCEPTION '外部系统账号只能在其所属单位担任经办 a system is a handler of its own agency and nothing else'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'client_is_a_handler';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agencies_membership_client BEFORE INSERT OR UPDATE ON agencies_membership
  FOR EACH ROW EXECUTE FUNCTION agencies_client_posts();

CREATE FUNCTION agencies_client_no_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  account bigint := CASE TG_TABLE_NAME WHEN 'agencies_client' THEN (to_jsonb(NEW) ->> 'user_id')::bigint
    ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
BEGIN
  -- An account of a person does not become that of a system, nor does a system get a password.
  IF EXISTS (SELECT FROM agencies_client WHERE user_id = account)
      AND EXISTS (SELECT FROM agencies_user WHERE id = account AND (password NOT LIKE '!%' OR is_system)) THEN
    RAISE EXCEPTION '外部系统账号没有密码 the account of a system has no password'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'client_has_no_password';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER agencies_client_no_password AFTER INSERT ON agencies_client
  FOR EACH ROW EXECUTE FUNCTION agencies_client_no_person();
CREATE TRIGGER agencies_user_no_password AFTER UPDATE OF password, is_system ON agencies_user
  FOR EACH ROW EXECUTE FUNCTION agencies_client_no_person();

ALTER TABLE agencies_client ENABLE ALWAYS TRIGGER agencies_client_has_event;
ALTER TABLE agencies_client ENABLE ALWAYS TRIGGER agencies_client_no_password;
ALTER TABLE oauth2_provider_application ENABLE ALWAYS TRIGGER agencies_application_has_event;
ALTER TABLE agencies_membership ENABLE ALWAYS TRIGGER agencies_membership_client;
ALTER TABLE agencies_user ENABLE ALWAYS TRIGGER agencies_user_no_password;
