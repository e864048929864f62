-- billed_files v1: what was compared stays as it was found: neither the file nor a row of it changes.

CREATE FUNCTION billed_file_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is only added to', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
END $$;
CREATE TRIGGER billed_file_stays BEFORE UPDATE OR DELETE ON cases_billedfile
    FOR EACH ROW EXECUTE FUNCTION billed_file_stays();
CREATE TRIGGER billed_row_stays BEFORE UPDATE OR DELETE ON cases_billedrow
    FOR EACH ROW EXECUTE FUNCTION billed_file_stays();
