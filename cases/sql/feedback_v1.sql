-- feedback v1: what was sent to the issuer of a list stays as it was, and goes with the personal data it holds.

-- feedback_stays v1: a version that was sent does not change; only that its workbook went is put down, once.
CREATE FUNCTION feedback_stays() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'versions of feedback are never deleted' USING ERRCODE = 'LZ003';
    END IF;
    IF OLD.state = 'sent' AND (OLD.erased_at IS NOT NULL
            OR to_jsonb(NEW) - 'erased_at' IS DISTINCT FROM to_jsonb(OLD) - 'erased_at') THEN
        RAISE EXCEPTION 'version % of this feedback was sent and does not change', OLD.number USING ERRCODE = 'LZ003';
    END IF;
    IF NEW.id <> OLD.id OR NEW.batch_id <> OLD.batch_id OR NEW.number <> OLD.number THEN
        RAISE EXCEPTION 'a version of feedback keeps its list and number' USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER feedback_stays BEFORE UPDATE OR DELETE ON cases_feedback
    FOR EACH ROW EXECUTE FUNCTION feedback_stays();

-- feedback_content_stays v1: neither do its answers and pieces; a piece may be sealed with another key, and goes once
-- personal data of its list went.
CREATE FUNCTION feedback_content_stays() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM touched t JOIN cases_feedback f ON f.id = t.version_id
               WHERE f.state = 'sent' AND NOT (TG_TABLE_NAME = 'cases_feedbackpart' AND TG_OP = 'DELETE'
                                               AND f.erased_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'what was sent as feedback does not change' USING ERRCODE = 'LZ003';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER feedback_row_added AFTER INSERT ON cases_feedbackrow REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION feedback_content_stays();
CREATE TRIGGER feedback_row_changed AFTER UPDATE ON cases_feedbackrow REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION feedback_content_stays();
CREATE TRIGGER feedback_row_removed AFTER DELETE ON cases_feedbackrow REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION feedback_content_stays();
CREATE TRIGGER feedback_part_added AFTER INSERT ON cases_feedbackpart REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION feedback_content_stays();
CREATE TRIGGER feedback_part_removed AFTER DELETE ON cases_feedbackpart REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION feedback_content_stays();

-- feedback_goes v1: the workbook of a version holds every row of its list, so it goes with the first of them whose
-- personal data go, as the original file does. A version that is being drawn up at this moment is marked too, and drawn
-- up anew; the answers, codes that name nobody, stay.
CREATE FUNCTION feedback_goes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_feedback SET erased_at = NEW.erased_at WHERE batch_id = NEW.batch_id AND erased_at IS NULL;
    DELETE FROM cases_feedbackpart p USING cases_feedback f WHERE f.id = p.version_id AND f.batch_id = NEW.batch_id
        AND f.erased_at IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER feedback_goes AFTER UPDATE OF erased_at ON cases_listrow
    FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION feedback_goes();
