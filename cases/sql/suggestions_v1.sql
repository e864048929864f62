-- suggestions v1: what the acts on cases say of a pair of cases that may be one site, and that a decision stays.

-- suggestion_follows_merge v1: a merge accepts the pair, its undoing says that the two are two. Both cases' events have the
-- act's name; only that of the case which was merged says into which.
CREATE FUNCTION suggestion_follows_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_body jsonb := convert_from(NEW.body, 'UTF8')::jsonb;
    v_case uuid := substr(NEW.stream, 6)::uuid;
    v_into uuid := (v_body #>> '{case,merged_into}')::uuid;
BEGIN
    IF NOT coalesce(v_body -> 'case' ? 'merged_into', false) THEN
        RETURN NULL;
    END IF;
    IF v_into IS NOT NULL THEN
        UPDATE cases_sitesuggestion
        SET state = 'accepted', why = 'merged', decided_by_id = NEW.actor_id, decided_at = NEW.at
        WHERE one_id = least(v_case, v_into) AND other_id = greatest(v_case, v_into);
        RETURN NULL;
    END IF;
    SELECT (convert_from(e.body, 'UTF8')::jsonb #>> '{case,merged_into}')::uuid INTO v_into FROM audit_event e
    WHERE e.stream = NEW.stream AND e.seq < NEW.seq AND e.action = 'merge_case'
      AND convert_from(e.body, 'UTF8')::jsonb #>> '{case,merged_into}' IS NOT NULL
    ORDER BY e.seq DESC LIMIT 1;
    INSERT INTO cases_sitesuggestion AS s (id, one_id, other_id, score, reasons, since, state, why, decided_by_id, decided_at)
    VALUES (gen_random_uuid(), least(v_case, v_into), greatest(v_case, v_into), NULL, '[]', NEW.at, 'rejected',
            'merge_undone', NEW.actor_id, NEW.at)
    ON CONFLICT (one_id, other_id) DO UPDATE
        SET state = 'rejected', why = 'merge_undone', decided_by_id = NEW.actor_id, decided_at = NEW.at;
    RETURN NULL;
END $$;
CREATE TRIGGER suggestion_follows_merge AFTER INSERT ON audit_event FOR EACH ROW
    WHEN (NEW.action IN ('merge_case', 'undo_merge') AND left(NEW.stream, 5) = 'case/')
    EXECUTE FUNCTION suggestion_follows_merge();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER suggestion_follows_merge;

-- suggestion_stays_decided v1: what was said of a pair is changed by merging or undoing only. LZ012: it was decided.
CREATE FUNCTION suggestion_stays_decided() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'open' AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'suggestion % was decided', OLD.id USING ERRCODE = 'LZ012';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suggestion_stays_decided BEFORE UPDATE ON cases_sitesuggestion FOR EACH ROW
    EXECUTE FUNCTION suggestion_stays_decided();
ALTER TABLE cases_sitesuggestion ENABLE ALWAYS TRIGGER suggestion_stays_decided;
