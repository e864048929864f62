"""The posts of a person, the stamp of the directory, the rule on sub-units, and: no change without an audit event."""

from pathlib import Path

from django.db import migrations

POSTS = (Path(__file__).resolve().parent.parent / "sql" / "agencies_posts_v1.sql").read_text(encoding="utf-8")

STAMP = """
INSERT INTO agencies_stamp (id, n) VALUES (1, random(1::bigint, 9007199254740991));
CREATE FUNCTION agencies_bump_stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Random, not counted: see agencies.models.Stamp. Below 2^53, so that JSON keeps it exact.
  UPDATE public.agencies_stamp SET n = random(1::bigint, 9007199254740991);
  RETURN NULL;
END $$;
CREATE TRIGGER agencies_region_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agencies_region
  FOR EACH STATEMENT EXECUTE FUNCTION agencies_bump_stamp();
CREATE TRIGGER agencies_agency_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agencies_agency
  FOR EACH STATEMENT EXECUTE FUNCTION agencies_bump_stamp();
CREATE TRIGGER agencies_regionparameter_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agencies_regionparameter
  FOR EACH STATEMENT EXECUTE FUNCTION agencies_bump_stamp();
"""

UNITS = """
CREATE FUNCTION agencies_check_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  parent public.agencies_agency;
BEGIN
  IF NEW.parent_id IS NULL THEN RETURN NEW; END IF;
  SELECT * INTO parent FROM public.agencies_agency WHERE id = NEW.parent_id;
  -- Two levels only: a task of the principal is passed down once, and visibility knows no third level.
  IF parent.parent_id IS NOT NULL OR parent.kind <> NEW.kind
     OR NOT starts_with(NEW.region_id, parent.region_id)
     OR EXISTS (SELECT 1 FROM public.agencies_agency WHERE parent_id = NEW.id) THEN
    RAISE EXCEPTION '下属单位 % 与上级 % 的类别、辖区或层级不符', NEW.code, parent.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_unit_fits_parent';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agencies_agency_unit BEFORE INSERT OR UPDATE OF parent_id, kind, region_id ON agencies_agency
  FOR EACH ROW EXECUTE FUNCTION agencies_check_unit();
"""

EVENTS = """
-- Deferred: at the end of the transaction, the event is there. Logins and passwords are left out: Django writes them when
-- it likes (last_login; a hash of newer strength), and their events do not depend on the row.
CREATE FUNCTION agencies_change_has_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  told text;
BEGIN
  told := CASE TG_TABLE_NAME
    WHEN 'agencies_user' THEN 'account/' || (to_jsonb(NEW) ->> 'username')
    WHEN 'agencies_membership' THEN
      'account/' || (SELECT username FROM agencies_user WHERE id = (to_jsonb(NEW) ->> 'user_id')::bigint)
    WHEN 'agencies_agency' THEN 'agency/' || (to_jsonb(NEW) ->> 'code')
    WHEN 'agencies_regionparameter' THEN 'config/' || (to_jsonb(NEW) ->> 'key') END;
  IF NOT EXISTS (SELECT FROM audit_event WHERE stream = told AND tx = pg_current_xact_id()) THEN
    RAISE EXCEPTION '% on %: % has no event of this transaction', TG_OP, TG_TABLE_NAME, told USING ERRCODE = 'LZ002';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER agencies_user_has_event AFTER INSERT
  OR UPDATE OF username, display_name, staff_no, language, is_active, is_system, created_at ON agencies_user
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.username <> 'system')
  EXECUTE FUNCTION agencies_change_has_event();
CREATE CONSTRAINT TRIGGER agencies_membership_has_event AFTER INSERT
  OR UPDATE OF user_id, agency_id, role, active, since, until, ceiling, granted_by_id ON agencies_membership
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_change_has_event();
CREATE CONSTRAINT TRIGGER agencies_agency_has_event AFTER INSERT
  OR UPDATE OF code, kind, region_id, parent_id, name, short_name, monogram, duties, partner_sort, active ON agencies_agency
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_change_has_event();
CREATE CONSTRAINT TRIGGER agencies_regionparameter_has_event AFTER INSERT
  OR UPDATE OF region_id, key, value, effective_from, effective_to, source ON agencies_regionparameter
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_change_has_event();
ALTER TABLE agencies_user ENABLE ALWAYS TRIGGER agencies_user_has_event;
ALTER TABLE agencies_membership ENABLE ALWAYS TRIGGER agencies_membership_has_event;
ALTER TABLE agencies_agency ENABLE ALWAYS TRIGGER agencies_agency_has_event;
ALTER TABLE agencies_regionparameter ENABLE ALWAYS TRIGGER agencies_regionparameter_has_event;
"""

UNDO = """
DROP TRIGGER agencies_regionparameter_has_event ON agencies_regionparameter;
DROP TRIGGER agencies_agency_has_event ON agencies_agency;
DROP TRIGGER agencies_membership_has_event ON agencies_membership;
DROP TRIGGER agencies_user_has_event ON agencies_user;
DROP FUNCTION agencies_change_has_event();
DROP TRIGGER agencies_agency_unit ON agencies_agency;
DROP FUNCTION agencies_check_unit();
DROP TRIGGER agencies_regionparameter_stamp ON agencies_regionparameter;
DROP TRIGGER agencies_agency_stamp ON agencies_agency;
DROP TRIGGER agencies_region_stamp ON agencies_region;
DROP FUNCTION agencies_bump_stamp();
DELETE FROM agencies_stamp;
DROP FUNCTION agencies_posts(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_regions_agencies_people"), ("audit", "0001_events")]

    operations = [
        migrations.RunSQL(POSTS + STAMP + UNITS + EVENTS, UNDO),
    ]
