-- reports v1: a report keeps its number, a version that was drawn up and its files never change, and nothing is deleted.

CREATE FUNCTION report_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION '% on % is refused: reports are kept', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    IF to_jsonb(NEW) - 'readers' IS DISTINCT FROM to_jsonb(OLD) - 'readers' OR NOT NEW.readers @> OLD.readers THEN
        RAISE EXCEPTION 'the report % keeps its number, its week and its readers', OLD.number USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION report_version_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION '% on % is refused: reports are kept', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    IF OLD.state = 'drawn' OR (NEW.id, NEW.report_id, NEW.version, NEW.due_at) IS DISTINCT FROM
            (OLD.id, OLD.report_id, OLD.version, OLD.due_at) THEN
        RAISE EXCEPTION 'version % of this report was drawn up and does not change', OLD.version USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;

-- Files come with the drawing of their version and in its transaction; afterwards there are no more.
CREATE FUNCTION report_content_stays() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_state text;
BEGIN
    -- A file learns its size and hash once, when its last piece is there.
    IF TG_OP NOT IN ('INSERT', 'UPDATE') OR (TG_OP = 'UPDATE' AND (TG_TABLE_NAME <> 'cases_reportfile'
            OR to_jsonb(OLD) ->> 'sha256' <> ''
            OR to_jsonb(NEW) - '{size,rows,sha256}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{size,rows,sha256}'::text[]))
    THEN
        RAISE EXCEPTION '% on % is refused: what was drawn up stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
    END IF;
    IF TG_TABLE_NAME = 'cases_reportfile' THEN
        SELECT state INTO v_state FROM cases_reportversion WHERE id = NEW.version_id;
    ELSE
        SELECT v.state INTO v_state FROM cases_reportfile f JOIN cases_reportversion v ON v.id = f.version_id
        WHERE f.id = NEW.file_id;
    END IF;
    IF v_state IS DISTINCT FROM 'drawing' THEN
        RAISE EXCEPTION 'nothing is added to a report that was drawn up' USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER report_stays BEFORE UPDATE OR DELETE ON cases_report
    FOR EACH ROW EXECUTE FUNCTION report_stays();
CREATE TRIGGER report_is_kept BEFORE TRUNCATE ON cases_report
    FOR EACH STATEMENT EXECUTE FUNCTION report_stays();
CREATE TRIGGER report_version_stays BEFORE UPDATE OR DELETE ON cases_reportversion
    FOR EACH ROW EXECUTE FUNCTION report_version_stays();
CREATE TRIGGER report_version_is_kept BEFORE TRUNCATE ON cases_reportversion
    FOR EACH STATEMENT EXECUTE FUNCTION report_version_stays();
CREATE TRIGGER report_file_stays BEFORE INSERT OR UPDATE OR DELETE ON cases_reportfile
    FOR EACH ROW EXECUTE FUNCTION report_content_stays();
CREATE TRIGGER report_file_is_kept BEFORE TRUNCATE ON cases_reportfile
    FOR EACH STATEMENT EXECUTE FUNCTION report_content_stays();
CREATE TRIGGER report_part_stays BEFORE INSERT OR UPDATE OR DELETE ON cases_reportpart
    FOR EACH ROW EXECUTE FUNCTION report_content_stays();
CREATE TRIGGER report_part_is_kept BEFORE TRUNCATE ON cases_reportpart
    FOR EACH STATEMENT EXECUTE FUNCTION report_content_stays();

ALTER TABLE cases_report ENABLE ALWAYS TRIGGER report_stays;
ALTER TABLE cases_report ENABLE ALWAYS TRIGGER report_is_kept;
ALTER TABLE cases_reportversion ENABLE ALWAYS TRIGGER report_version_stays;
ALTER TABLE cases_reportversion ENABLE ALWAYS TRIGGER report_version_is_kept;
ALTER TABLE cases_reportfile ENABLE ALWAYS TRIGGER report_file_stays;
ALTER TABLE cases_reportfile ENABLE ALWAYS TRIGGER report_file_is_kept;
ALTER TABLE cases_reportpart ENABLE ALWAYS TRIGGER report_part_stays;
ALTER TABLE cases_reportpart ENABLE ALWAYS TRIGGER report_part_is_kept;

-- Deferred: a version that was drawn up has an event of this transaction, which names the hash of each file.
CREATE FUNCTION report_version_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state = 'drawn' AND NOT EXISTS (
        SELECT FROM audit_event e, LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS b) x
        WHERE e.stream = 'report/' || NEW.report_id AND e.tx = pg_current_xact_id()
          AND x.b #>> '{data,version}' = NEW.version::text
          AND x.b #> '{data,files}' @> (SELECT coalesce(jsonb_agg(jsonb_build_object('sha256', f.sha256)), '[]')
                                        FROM cases_reportfile f WHERE f.version_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'version % was drawn up without its event', NEW.version USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER report_version_has_event AFTER INSERT OR UPDATE ON cases_reportversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION report_version_has_event();
ALTER TABLE cases_reportversion ENABLE ALWAYS TRIGGER report_version_has_event;
