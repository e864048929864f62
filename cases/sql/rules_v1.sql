-- rules v1: entered rules are proposed by one person and decided by another, and what one says never changes.
-- LZ013: a version that was decided, or what one says, was to be changed.

-- No day has two approved versions of one rule. A hash as a range of one stands for the text: GiST knows ranges by itself.
CREATE FUNCTION rule_slot(p_kind text, p_region text, p_key text) RETURNS int8range
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT int8range(h, h, '[]')
    FROM (SELECT hashtextextended(p_kind || E'\x1f' || p_region || E'\x1f' || p_key, 0) / 2 AS h) AS x
$$;
ALTER TABLE cases_ruleversion ADD CONSTRAINT ruleversion_one_a_day EXCLUDE USING gist (
    rule_slot(kind, region_id, key) WITH &&, daterange(effective_from, holds_to, '[]') WITH &&
) WHERE (status = 'approved' AND NOT repeal);

CREATE FUNCTION rule_version_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION '% on % is refused: no version of a rule is deleted', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' OR NEW.holds_to IS DISTINCT FROM NEW.effective_to THEN
            RAISE EXCEPTION 'a version begins as a proposal' USING ERRCODE = 'LZ013';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.kind, NEW.key, NEW.region_id, NEW.repeal, NEW.body, NEW.effective_from, NEW.effective_to, NEW.source,
        NEW.article, NEW.certainty, NEW.digest, NEW.supersedes_id, NEW.file_id, NEW.proposed_by_id, NEW.proposed_agency_id,
        NEW.proposed_at)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.key, OLD.region_id, OLD.repeal, OLD.body, OLD.effective_from, OLD.effective_to, OLD.source,
        OLD.article, OLD.certainty, OLD.digest, OLD.supersedes_id, OLD.file_id, OLD.proposed_by_id, OLD.proposed_agency_id,
        OLD.proposed_at) THEN
        RAISE EXCEPTION 'what version % says never changes', OLD.id USING ERRCODE = 'LZ013';
    END IF;
    IF OLD.status = 'proposed' THEN
        IF NEW.status NOT IN ('approved', 'rejected', 'taken_back') OR NEW.holds_to IS DISTINCT FROM OLD.holds_to THEN
            RAISE EXCEPTION 'a proposal is approved, rejected or taken back' USING ERRCODE = 'LZ013';
        END IF;
        RETURN NEW;
    END IF;
    -- One that was approved only ends, for good, on a day before its end, when one that follows it is approved.
    IF OLD.status <> 'approved' OR NEW.status NOT IN ('approved', 'withdrawn')
       OR (NEW.decided_by_id, NEW.decided_at, NEW.reason) IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.reason)
       OR NEW.holds_to IS NULL OR NEW.holds_to > coalesce(OLD.holds_to, 'infinity'::date)
       OR (NEW.holds_to < OLD.effective_from) IS DISTINCT FROM (NEW.status = 'withdrawn') THEN
        RAISE EXCEPTION 'version % was decided', OLD.id USING ERRCODE = 'LZ013';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_version_guard BEFORE INSERT OR UPDATE OR DELETE ON cases_ruleversion
    FOR EACH ROW EXECUTE FUNCTION rule_version_guard();
CREATE TRIGGER rule_version_stays BEFORE TRUNCATE ON cases_ruleversion
    FOR EACH STATEMENT EXECUTE FUNCTION rule_version_guard();
CREATE FUNCTION rule_file_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a paper stays as it was', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
END $$;
CREATE TRIGGER rule_file_guard BEFORE UPDATE OR DELETE ON cases_rulefile FOR EACH ROW EXECUTE FUNCTION rule_file_guard();
CREATE TRIGGER rule_file_stays BEFORE TRUNCATE ON cases_rulefile FOR EACH STATEMENT EXECUTE FUNCTION rule_file_guard();

-- Deferred: an event of this transaction says what the row became, and by whom.
CREATE FUNCTION rule_version_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r cases_ruleversion;
    v_data jsonb;
    v_actor bigint;
BEGIN
    SELECT * INTO r FROM cases_ruleversion WHERE id = NEW.id;
    SELECT b -> 'data', (b #>> '{actor,id}')::bigint INTO v_data, v_actor
    FROM (SELECT e.seq, convert_from(e.body, 'UTF8')::jsonb AS b FROM audit_event e
          WHERE e.stream = 'rules/' || r.kind AND e.tx = pg_current_xact_id()) AS x
    WHERE b #>> '{data,version}' = r.id::text OR b #>> '{data,ended,version}' = r.id::text
    ORDER BY seq DESC LIMIT 1;
    IF v_data IS NULL THEN
        RAISE EXCEPTION 'version % changed without an event of this transaction', r.id USING ERRCODE = 'LZ002';
    END IF;
    IF v_data #>> '{ended,version}' = r.id::text THEN
        IF (v_data #>> '{ended,status}', v_data #>> '{ended,holds_to}') IS DISTINCT FROM (r.status, r.holds_to::text) THEN
            RAISE EXCEPTION 'the event says otherwise how version % ended', r.id USING ERRCODE = 'LZ002';
        END IF;
    ELSIF v_data ->> 'status' IS DISTINCT FROM r.status OR v_data ->> 'digest' IS DISTINCT FROM r.digest
          OR v_actor IS DISTINCT FROM coalesce(r.decided_by_id, r.proposed_by_id) THEN
        RAISE EXCEPTION 'the event says otherwise what became of version %, or by whom', r.id USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER rule_version_has_event AFTER INSERT OR UPDATE ON cases_ruleversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rule_version_has_event();

-- What processes hold of the rules is read again under another stamp, which every load of a case brings along.
CREATE TRIGGER rule_version_stamp AFTER UPDATE ON cases_ruleversion FOR EACH STATEMENT EXECUTE FUNCTION agencies_bump_stamp();

ALTER TABLE cases_ruleversion ENABLE ALWAYS TRIGGER rule_version_guard;
ALTER TABLE cases_ruleversion ENABLE ALWAYS TRIGGER rule_version_stays;
ALTER TABLE cases_ruleversion ENABLE ALWAYS TRIGGER rule_version_has_event;
ALTER TABLE cases_ruleversion ENABLE ALWAYS TRIGGER rule_version_stamp;
ALTER TABLE cases_rulefile ENABLE ALWAYS TRIGGER rule_file_guard;
ALTER TABLE cases_rulefile ENABLE ALWAYS TRIGGER rule_file_stays;

-- Rules are no personal data: whoever is signed in reads them. They are written by people only.
SELECT sight_wall('cases_ruleversion', '(SELECT sight_user()) IS NOT NULL', 'proposed_by_id = (SELECT sight_user())',
                  '(SELECT sight_user()) IS NOT NULL');
SELECT sight_wall('cases_rulefile', '(SELECT sight_user()) IS NOT NULL', 'uploaded_by_id = (SELECT sight_user())',
                  'false');

-- What every decision reads, whoever takes it: processes keep it, so that it must not depend on who looked first. One
-- statement, hence one snapshot: the stamp can never be newer than the versions that are kept under it.
CREATE FUNCTION rules_entered() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT json_build_object('stamp', (SELECT n FROM agencies_stamp), 'versions', (
        SELECT json_agg(json_build_array(id, kind, key, region_id, body, effective_from, holds_to, source, article,
                                         certainty, digest) ORDER BY id)
        FROM cases_ruleversion WHERE status = 'approved' AND NOT repeal))::text
$$;
