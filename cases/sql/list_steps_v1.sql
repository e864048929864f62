-- list_steps v1: what a person set right goes with the cells that it stood for; a reading on trial with the file.
CREATE FUNCTION list_mends_of_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM cases_listmend m USING erased_rows r
    WHERE r.erased_at IS NOT NULL AND m.batch_id = r.batch_id AND m.number = r.number;
    RETURN NULL;
END $$;
-- Without a column list, as transition tables demand; only erasing and moving a row change it at all.
CREATE TRIGGER listrow_mends_erased AFTER UPDATE ON cases_listrow
    REFERENCING NEW TABLE AS erased_rows FOR EACH STATEMENT EXECUTE FUNCTION list_mends_of_erased();

CREATE FUNCTION list_steps_of_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM cases_previewrow p WHERE p.batch_id IN (SELECT batch_id FROM erased_parts);
    DELETE FROM cases_listmend m WHERE m.batch_id IN (SELECT batch_id FROM erased_parts)
        AND NOT EXISTS (SELECT FROM cases_listrow r WHERE r.batch_id = m.batch_id AND r.number = m.number);
    RETURN NULL;
END $$;
CREATE TRIGGER listpart_steps_erased AFTER DELETE ON cases_listpart
    REFERENCING OLD TABLE AS erased_parts FOR EACH STATEMENT EXECUTE FUNCTION list_steps_of_erased();
