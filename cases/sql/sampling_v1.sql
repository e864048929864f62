-- sampling v1: a plan stays as it was made, the draw happens once, what was found stays; nothing is deleted, and each step has
-- its event.

CREATE FUNCTION sample_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_free text[] := CASE TG_TABLE_NAME WHEN 'cases_sample' THEN '{drawn,seed,drawn_at}'
        WHEN 'cases_sampleunit' THEN '{position,reviewer_id}' ELSE '{accepted_by_id,accepted_at}' END;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION '% on % is refused: samples are kept', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    IF to_jsonb(NEW) - v_free IS DISTINCT FROM to_jsonb(OLD) - v_free THEN
        RAISE EXCEPTION 'what was fixed in % does not change', TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    IF (TG_TABLE_NAME = 'cases_sample' AND to_jsonb(OLD) ->> 'seed' <> '')
            OR (TG_TABLE_NAME = 'cases_sampleunit' AND to_jsonb(OLD) -> 'position' <> 'null'::jsonb)
            OR (TG_TABLE_NAME = 'cases_samplefinding' AND to_jsonb(OLD) -> 'accepted_at' <> 'null'::jsonb) THEN
        RAISE EXCEPTION 'this happens once in %', TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;

-- A case joins the population with the plan, and takes its place with the draw: after their event, in its transaction.
CREATE FUNCTION sample_unit_in_time() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT sample_id FROM fresh) f WHERE NOT EXISTS (
            SELECT FROM audit_event e WHERE e.stream = 'sampling/' || f.sample_id AND e.tx = pg_current_xact_id()
            AND e.action = CASE TG_OP WHEN 'INSERT' THEN 'sample_planned' ELSE 'sample_drawn' END)) THEN
        RAISE EXCEPTION 'a population is fixed with its plan and drawn from once' USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION sample_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_sample uuid := CASE TG_TABLE_NAME WHEN 'cases_sample' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'sample_id' END;
    v_action text := CASE TG_TABLE_NAME
        WHEN 'cases_sample' THEN CASE TG_OP WHEN 'INSERT' THEN 'sample_planned' ELSE 'sample_drawn' END
        ELSE CASE TG_OP WHEN 'INSERT' THEN 'sample_found' ELSE 'sample_corrected' END END;
BEGIN
    IF NOT EXISTS (SELECT FROM audit_event e WHERE e.stream = 'sampling/' || v_sample AND e.tx = pg_current_xact_id()
            AND e.action = v_action) THEN
        RAISE EXCEPTION '% of % without its event', v_action, TG_TABLE_NAME USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER sample_stays BEFORE UPDATE OR DELETE ON cases_sample FOR EACH ROW EXECUTE FUNCTION sample_stays();
CREATE TRIGGER sample_stays BEFORE UPDATE OR DELETE ON cases_sampleunit FOR EACH ROW EXECUTE FUNCTION sample_stays();
CREATE TRIGGER sample_stays BEFORE UPDATE OR DELETE ON cases_samplefinding FOR EACH ROW EXECUTE FUNCTION sample_stays();
CREATE TRIGGER sample_is_kept BEFORE TRUNCATE ON cases_sample FOR EACH STATEMENT EXECUTE FUNCTION sample_stays();
CREATE TRIGGER sample_is_kept BEFORE TRUNCATE ON cases_sampleunit FOR EACH STATEMENT EXECUTE FUNCTION sample_stays();
CREATE TRIGGER sample_is_kept BEFORE TRUNCATE ON cases_samplefinding FOR EACH STATEMENT EXECUTE FUNCTION sample_stays();
CREATE CONSTRAINT TRIGGER sample_has_event AFTER INSERT OR UPDATE ON cases_sample
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sample_has_event();
CREATE CONSTRAINT TRIGGER sample_has_event AFTER INSERT OR UPDATE ON cases_samplefinding
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sample_has_event();
CREATE TRIGGER sample_unit_in_time AFTER INSERT ON cases_sampleunit REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION sample_unit_in_time();
CREATE TRIGGER sample_unit_drawn AFTER UPDATE ON cases_sampleunit REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION sample_unit_in_time();
ALTER TABLE cases_sample ENABLE ALWAYS TRIGGER sample_stays;
ALTER TABLE cases_sampleunit ENABLE ALWAYS TRIGGER sample_stays;
ALTER TABLE cases_samplefinding ENABLE ALWAYS TRIGGER sample_stays;
ALTER TABLE cases_sample ENABLE ALWAYS TRIGGER sample_is_kept;
ALTER TABLE cases_sampleunit ENABLE ALWAYS TRIGGER sample_is_kept;
ALTER TABLE cases_samplefinding ENABLE ALWAYS TRIGGER sample_is_kept;
ALTER TABLE cases_sample ENABLE ALWAYS TRIGGER sample_has_event;
ALTER TABLE cases_samplefinding ENABLE ALWAYS TRIGGER sample_has_event;
ALTER TABLE cases_sampleunit ENABLE ALWAYS TRIGGER sample_unit_in_time;
ALTER TABLE cases_sampleunit ENABLE ALWAYS TRIGGER sample_unit_drawn;

-- audit_beside_cases v3: also the events of samples, for whoever sees the sample; the same rules as the search of the audit
-- trail (cases/selectors/events.py).
CREATE OR REPLACE FUNCTION audit_beside_cases(p_stream text, p_at timestamptz, p_actor bigint, p_body bytea) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_named text;
    v_region text;
    v_keys bigint[];
BEGIN
    IF left(p_stream, 8) = 'account/' THEN
        IF substr(p_stream, 9) IS DISTINCT FROM (SELECT username FROM agencies_user WHERE id = sight_user())
           AND NOT (p_stream = 'account/unknown' AND sight_supervises() IS NOT NULL)
           AND NOT EXISTS (
            SELECT FROM agencies_user u JOIN (
                SELECT user_id, agency_id, since, coalesce(until, 'infinity') AS until FROM agencies_membership
                -- Before its first post an account is known where it was opened.
                UNION ALL SELECT f.id, f.agency_id, f.created_at, coalesce(
                    (SELECT min(since) FROM agencies_membership WHERE user_id = f.id), 'infinity') FROM agencies_user f
            ) m ON m.user_id = u.id
            JOIN agencies_agency a ON a.id = m.agency_id
            WHERE u.username = substr(p_stream, 9) AND p_at BETWEEN m.since AND m.until
            AND (a.id = ANY(sight_administers())
                 OR EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(a.region_id, r)))) THEN
            RETURN false;
        END IF;
        v_named := convert_from(p_body, 'UTF8')::jsonb #>> '{data,case}';
        RETURN v_named IS NULL OR case_in_sight(v_named::uuid);
    ELSIF left(p_stream, 8) = 'erasure/' THEN
        RETURN case_in_sight(substr(p_stream, 9)::uuid);
    ELSIF left(p_stream, 7) = 'agency/' THEN
        RETURN EXISTS (
            SELECT FROM agencies_agency a WHERE a.code = substr(p_stream, 8)
            AND (a.id = ANY(sight_administers())
                 OR EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(a.region_id, r))));
    ELSIF left(p_stream, 7) = 'config/' THEN
        v_region := coalesce(convert_from(p_body, 'UTF8')::jsonb -> 'data' ->> 'region', '');
        RETURN p_actor = sight_user() OR EXISTS (
            SELECT FROM unnest(sight_supervises()) r WHERE starts_with(v_region, r) OR starts_with(r, v_region));
    ELSIF left(p_stream, 9) = 'calendar/' THEN
        v_region := nullif(substr(p_stream, 10), 'national');
        RETURN p_actor = sight_user() OR EXISTS (
            SELECT FROM unnest(sight_supervises()) r
            WHERE v_region IS NULL OR starts_with(v_region, r) OR starts_with(r, v_region));
    ELSIF left(p_stream, 11) = 'escalation/' THEN
        -- It names the cases whose deadlines took a step: for whoever watches over the region and sees each of them.
        -- After a standstill there are a thousand: asked as a set, and not by case_in_sight one after the other.
        IF NOT EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(substr(p_stream, 12), r)) THEN
            RETURN false;
        END IF;
        v_keys := sight_keys();
        RETURN NOT EXISTS (
            SELECT FROM (SELECT DISTINCT (s ->> 'case')::uuid AS case_id
                         FROM jsonb_array_elements(convert_from(p_body, 'UTF8')::jsonb #> '{data,steps}') s) named
            WHERE NOT EXISTS (SELECT FROM cases_caseagency ca
                              WHERE ca.case_id = named.case_id AND ca.agency_id * 4 + ca.rank = ANY(v_keys)));
    ELSIF left(p_stream, 9) = 'sampling/' THEN
        RETURN EXISTS (SELECT FROM cases_sample s WHERE s.id = substr(p_stream, 10)::uuid);
    ELSIF left(p_stream, 7) = 'report/' THEN
        RETURN p_actor = sight_user() OR EXISTS (
            SELECT FROM cases_report p JOIN unnest(sight_supervises()) r ON starts_with(p.region_id, r)
            WHERE p.id = substr(p_stream, 8)::uuid);
    END IF;
    RETURN false;
END $$;
