DROP FUNCTION case_search(bigint, integer, text, text, text, text, text, text, boolean, bigint[], uuid, boolean, integer);
-- case_search v2: as v1, and those that no list row stands behind any more (cases/workflow/retracting.py, unlisted).
-- the ids of the cases that one agency sees, narrowed by words and filters, the newest first (or the oldest
-- behind `p_beyond`). Row-level security would hide the index of pairs from the planner (@> and LIKE are not leakproof),
-- and ask each case again for what the agency's own range of cases has answered; so this reads as the owner and asks for
-- the sight itself. A filter that is NULL is none.
CREATE FUNCTION case_search(p_agency bigint, p_rank integer, p_words text, p_stage text, p_level text, p_outcome text, p_number text,
                            p_region text, p_closed boolean, p_holders bigint[], p_beyond uuid, p_backward boolean,
                            p_limit integer, p_unlisted boolean DEFAULT NULL) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_like text := '%' || replace(replace(replace(lower(p_words), '\', '\\'), '%', '\%'), '_', '\_') || '%';
    v_kind text; v_region text;
BEGIN
    SELECT kind, region_id INTO v_kind, v_region FROM agencies_agency WHERE id = p_agency;
    -- A plan for each call, for these very values: how common a word is decides between the index and the order.
    RETURN QUERY EXECUTE
        'SELECT ca.case_id FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id '
        || CASE WHEN length(p_words) > 1 THEN 'JOIN cases_casesearch s ON s.case_id = ca.case_id ' ELSE '' END
        || 'WHERE ca.agency_id = $1 AND ca.rank <= $17 AND ($13 OR ca.agency_id * 4 + ca.rank = ANY($14))'
        || CASE WHEN length(p_words) > 1 THEN ' AND s.grams @> cases_grams($2)' ELSE '' END
        -- A pair needs no second look at the text: with one, the planner takes its guess that a pattern is rare.
        || CASE WHEN length(p_words) <> 2 THEN ' AND lower(c.number || '' '' || c.title) LIKE $3' ELSE '' END
        || CASE WHEN p_stage IS NOT NULL THEN ' AND c.stage = $4' ELSE '' END
        || CASE WHEN p_level IS NOT NULL THEN ' AND c.level = $5' ELSE '' END
        || CASE WHEN p_outcome IS NOT NULL THEN ' AND c.outcome = $6' ELSE '' END
        || CASE WHEN p_number IS NOT NULL THEN ' AND c.number = $7' ELSE '' END
        || CASE WHEN p_region IS NULL THEN '' WHEN length(p_region) = 6 THEN ' AND c.region_code = $8'
                ELSE ' AND starts_with(c.region_code, $8)' END
        || CASE WHEN p_closed IS NULL THEN '' WHEN p_closed THEN ' AND c.stage = ''closed''' ELSE ' AND c.stage <> ''closed''' END
        -- Who owes what is told of a case that is read whole, and of one's own tasks (agencies.visibility.whole).
        || CASE WHEN p_holders IS NOT NULL THEN ' AND EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id'
                || ' AND t.state = ''open'' AND t.agency_id = ANY($9) AND ($1 IN (t.agency_id, t.unit_id) OR $15 <> ''partner'''
                || ' AND (ca.relation = ''lead'' OR ca.relation = ''supervisor'' AND starts_with(c.region_code, $16)'
                || ' OR EXISTS (SELECT 1 FROM cases_task o WHERE o.case_id = c.id AND o.state = ''open'''
                || ' AND $1 IN (o.agency_id, o.unit_id)))))' ELSE '' END
        -- What a list says of a case is told of one that is read whole, as who owes what.
        || CASE WHEN p_unlisted THEN ' AND $15 <> ''partner'' AND (ca.relation = ''lead'''
                || ' OR ca.relation = ''supervisor'' AND starts_with(c.region_code, $16)'
                || ' OR EXISTS (SELECT 1 FROM cases_task o WHERE o.case_id = c.id AND o.state = ''open'''
                || ' AND $1 IN (o.agency_id, o.unit_id)))'
                || ' AND coalesce(c.facts #>> ''{determination,decided_at}'', '''') <= c.facts #>> ''{reassigned,-1,at}'''
                || ' AND c.facts ? ''reassigned'' AND c.facts #>> ''{reassigned,-1,rows_left}'' = ''0'''
                || ' AND coalesce(c.facts ->> ''signal_sources'', '''') !~ ''"(telecom|trace|grid|tips)"''' ELSE '' END
        || CASE WHEN p_beyond IS NULL THEN '' WHEN p_backward THEN ' AND ca.case_id > $10' ELSE ' AND ca.case_id < $10' END
        || ' ORDER BY ca.case_id ' || CASE WHEN p_backward THEN 'ASC' ELSE 'DESC' END || ' LIMIT $11'
    USING p_agency, p_words, v_like, p_stage, p_level, p_outcome, p_number, p_region, p_holders, p_beyond, p_limit,
          p_backward, sight_may('cases_case SELECT'), sight_keys(), v_kind, v_region, p_rank;
END $$;
