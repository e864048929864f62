"""The SQL function that says which posts a person holds, the stamp of the directory, and the rule on sub-units."""

from django.db import migrations

POSTS = """
-- Version 1. Who is this, and which roles do they hold where, at this moment: one row of jsonb, NULL when disabled.
-- Called inside every transition, hence plpgsql (its plans are kept per session) and partial index on active rows.
CREATE FUNCTION agencies_posts(p_user bigint) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'id', u.id, 'username', u.username, 'display_name', u.display_name, 'language', u.language,
      'is_system', u.is_system,
      'posts', COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
                 'agency_id', a.id, 'agency_code', a.code, 'agency_name', a.name, 'kind', a.kind,
                 'region_code', a.region_id, 'principal_id', COALESCE(a.parent_id, a.id),
                 'is_unit', a.parent_id IS NOT NULL, 'duties', a.duties, 'roles', m.roles) ORDER BY a.id)
          FROM (SELECT agency_id, array_agg(role::text ORDER BY role) AS roles
                  FROM public.agencies_membership WHERE user_id = u.id AND active GROUP BY agency_id) m
          JOIN public.agencies_agency a ON a.id = m.agency_id AND a.active
          LEFT JOIN public.agencies_agency p ON p.id = a.parent_id
         WHERE a.parent_id IS NULL OR p.active), '[]'::jsonb))
      FROM public.agencies_user u WHERE u.id = p_user AND u.is_active);
END $$;
"""

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

UNDO = """
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
    dependencies = [("agencies", "0001_regions_agencies_people")]

    operations = [
        migrations.RunSQL(POSTS + STAMP + UNITS, UNDO),
    ]
