-- erasure wall v1: the personal data of a case are erased by one of the commission that leads it, in their own name.
-- LZ006: not within the sight of this transaction (audit/sight.py).
ALTER FUNCTION case_erase(bytea, bigint[], bytea[]) RENAME TO case_erase_unchecked;
CREATE FUNCTION case_erase(p_body bytea, p_rows bigint[], p_blank bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_body jsonb := convert_from(p_body, 'UTF8')::jsonb;
    v_case uuid := substr(v_body ->> 'stream', 9)::uuid;
BEGIN
    IF NOT sight_may('case_erase EXECUTE') AND NOT sight_of_owner() AND NOT (
        case_in_sight(v_case) AND coalesce((v_body #>> '{actor,id}')::bigint = sight_user(), false)
        AND EXISTS (SELECT FROM cases_case c WHERE c.id = v_case AND c.lead_agency_id = ANY(sight_decides()))) THEN
        RAISE EXCEPTION 'the data of case % are not for this one to erase', v_case USING ERRCODE = 'LZ006';
    END IF;
    RETURN case_erase_unchecked(p_body, p_rows, p_blank);
END $$;
