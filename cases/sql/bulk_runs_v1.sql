-- bulk_runs v1: a run stays what was chosen and goes forward only, and a row that was done stays done.

CREATE FUNCTION bulk_row_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rows of a bulk run are never deleted' USING ERRCODE = 'LZ003';
    END IF;
    IF NEW.run_id <> OLD.run_id OR NEW.number <> OLD.number OR NEW.case_id <> OLD.case_id
            OR NEW.task IS DISTINCT FROM OLD.task THEN
        RAISE EXCEPTION 'row % of a bulk run keeps what was chosen', OLD.number USING ERRCODE = 'LZ003';
    END IF;
    IF OLD.fate = 'done' AND (NEW.fate <> 'done' OR NEW.leaf <> OLD.leaf
            OR NEW.done_version IS DISTINCT FROM OLD.done_version) THEN
        RAISE EXCEPTION 'row % of a bulk run has been done', OLD.number USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bulk_row_stays BEFORE UPDATE OR DELETE ON cases_bulkrow
    FOR EACH ROW EXECUTE FUNCTION bulk_row_stays();

CREATE FUNCTION bulk_run_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'bulk runs are never deleted' USING ERRCODE = 'LZ003';
    END IF;
    IF NEW.id <> OLD.id OR NEW.owner_id <> OLD.owner_id OR NEW.key <> OLD.key OR NEW.act <> OLD.act
            OR NEW.rows_total <> OLD.rows_total OR NEW.rows_done < OLD.rows_done
            OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at) THEN
        RAISE EXCEPTION 'a bulk run keeps what was chosen and goes forward only' USING ERRCODE = 'LZ003';
    END IF;
    IF OLD.state IN ('done', 'cancelled', 'dropped') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a bulk run that has ended stays so' USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bulk_run_stays BEFORE UPDATE OR DELETE ON cases_bulkrun
    FOR EACH ROW EXECUTE FUNCTION bulk_run_stays();
