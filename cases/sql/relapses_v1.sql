-- relapses v1: the cases that begin where a closed one ended.

-- Few cases are relapses, and their first case is asked for by its number.
CREATE INDEX case_relapse_of_idx ON cases_case ((facts #>> '{relapse,of}')) WHERE facts ? 'relapse';

-- case_relapses v1: of a case that one sees, the later ones that one sees too. With the owner's rights, for behind row-level
-- security the planner may not use that index (#>> is not leakproof).
CREATE FUNCTION case_relapses(p_case uuid) RETURNS TABLE (id uuid, number text, opened_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF case_in_sight(p_case) OR sight_may('cases_case SELECT') THEN
        RETURN QUERY SELECT c.id, c.number::text, c.opened_at FROM cases_case o JOIN cases_case c
            ON c.facts ? 'relapse' AND c.facts #>> '{relapse,of}' = o.number
            WHERE o.id = p_case AND (case_in_sight(c.id) OR sight_may('cases_case SELECT'));
    END IF;
END $$;
