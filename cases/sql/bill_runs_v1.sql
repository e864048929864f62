-- bill_runs v1: what a run of bills made is not unmade: a row that names a bill keeps it, and no row is deleted.

CREATE FUNCTION bill_run_row_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rows of a run of bills are never deleted' USING ERRCODE = 'LZ003';
    END IF;
    IF NEW.run_id <> OLD.run_id OR NEW.number <> OLD.number OR NEW.account <> OLD.account
            OR NEW.reading IS DISTINCT FROM OLD.reading THEN
        RAISE EXCEPTION 'row % keeps what was read', OLD.number USING ERRCODE = 'LZ003';
    END IF;
    IF OLD.bill <> '' AND (NEW.bill <> OLD.bill OR NEW.fate <> OLD.fate OR NEW.amount IS DISTINCT FROM OLD.amount
            OR NEW.case_id IS DISTINCT FROM OLD.case_id) THEN
        RAISE EXCEPTION 'row % has been billed as %', OLD.number, OLD.bill USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bill_run_row_stays BEFORE UPDATE OR DELETE ON cases_billrunrow
    FOR EACH ROW EXECUTE FUNCTION bill_run_row_stays();

CREATE FUNCTION bill_run_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'runs of bills are never deleted' USING ERRCODE = 'LZ003';
    END IF;
    IF NEW.id <> OLD.id OR NEW.agency_id <> OLD.agency_id OR NEW.sha256 <> OLD.sha256 OR NEW.month <> OLD.month
            OR NEW.rows_done < OLD.rows_done OR NEW.reviews_done < OLD.reviews_done THEN
        RAISE EXCEPTION 'a run of bills keeps its file and goes forward only' USING ERRCODE = 'LZ003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bill_run_stays BEFORE UPDATE OR DELETE ON cases_billrun
    FOR EACH ROW EXECUTE FUNCTION bill_run_stays();
