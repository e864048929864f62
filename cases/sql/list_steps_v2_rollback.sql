CREATE OR REPLACE FUNCTION list_steps_of_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM cases_previewrow p WHERE p.batch_id IN (SELECT batch_id FROM erased_parts);
    DELETE FROM cases_listmend m WHERE m.batch_id IN (SELECT batch_id FROM erased_parts)
        AND NOT EXISTS (SELECT FROM cases_listrow r WHERE r.batch_id = m.batch_id AND r.number = m.number);
    RETURN NULL;
END $$;
