-- case_figures_differing v1: the cases beside which other figures stand than the cases say, for whoever verifies all of them
-- (`verify_audit`); nothing for anybody else.
CREATE FUNCTION case_figures_differing() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id FROM cases_case c LEFT JOIN cases_casefigure f ON f.case_id = c.id
    WHERE sight_may('cases_casefigure SELECT') AND f IS DISTINCT FROM case_figure(c)
    UNION
    SELECT coalesce(n.case_id, b.case_id)
    FROM (SELECT n.* FROM cases_case c, LATERAL case_bill_figures(c) n WHERE c.facts ? 'surcharge') n
    FULL JOIN cases_billfigure b ON b.case_id = n.case_id AND b.no = n.no
    WHERE sight_may('cases_casefigure SELECT') AND b IS DISTINCT FROM n
    ORDER BY 1 LIMIT 100
$$;
