-- case_list door v1: pages and counts of the list of cases, for those of a person's agencies that see cases.
--
-- Row-level security would hide the index of pairs from the planner (@> and LIKE are not leakproof) and ask each case again
-- for what the agency's own range of cases has answered; so these read as the owner and ask for the sight themselves.
-- A condition on what is told of a case that is read whole alone holds of such cases alone, and so does an order: else
-- a list would tell by its length or by its order what the page does not say.

-- In place of the search that knew fewer conditions and one order.
DROP FUNCTION case_search(bigint, integer, text, text, text, text, text, text, boolean, bigint[], uuid, boolean, integer, boolean);

-- The cases whose number or title has these words, as a sub-select. One character is in no pair, and of a pair the
-- index needs no second look at the text: with one, the planner takes its guess that a pattern is rare.
CREATE FUNCTION case_list_words(p_words text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN length(p_words) = 2 THEN
            format('SELECT s.case_id FROM cases_casesearch s WHERE s.grams @> cases_grams(%L)', p_words)
        WHEN length(p_words) > 2 THEN
            format('SELECT s.case_id FROM cases_casesearch s JOIN cases_case c ON c.id = s.case_id'
                   ' WHERE s.grams @> cases_grams(%L) AND lower(c.number || '' '' || c.title) LIKE %L', p_words, pattern)
        ELSE format('SELECT c.id FROM cases_case c WHERE lower(c.number || '' '' || c.title) LIKE %L', pattern) END
    FROM (SELECT '%' || replace(replace(replace(lower(p_words), '\', '\\'), '%', '\%'), '_', '\_') || '%' AS pattern) AS x
$$;

-- One agency of p_through as the branch of a union: `ca` its place on the case, `l` the case's columns. p_columns may use
-- {whole} (the case is read whole through it), {kwh} (the month's energy as far as it is told) and {due}.
-- An element of p_through: {"agency", "rank", "principal", "kwh": bits}; the bits say whether energy is in clear: bit 0
-- for nobody in particular, 1 for the commission in charge, 2 for one that watches from above (cases.policy.privacy).
CREATE FUNCTION case_list_seen(p_agency jsonb, p_wanted jsonb, p_columns text, p_and text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_id bigint := (p_agency ->> 'agency')::bigint;
    v_kind text;
    v_region text;
    v_whole text;
    v_charge text;
    v_kwh text;
    v_due text := 'l.due_at';
    v_bits integer := (p_agency ->> 'kwh')::integer;
    v_where text := '';
    w jsonb := p_wanted;
BEGIN
    SELECT kind, region_id INTO v_kind, v_region FROM agencies_agency WHERE id = v_id;
    IF v_kind = 'partner' THEN
        v_whole := 'false';
        v_due := format('(SELECT min(o.due_at) FROM cases_task o WHERE o.case_id = l.case_id AND o.state = ''open'''
                        ' AND %s IN (o.agency_id, o.unit_id))', v_id);
    ELSE
        v_whole := format('(ca.relation = ''lead'' OR ca.relation = ''supervisor'' AND starts_with(l.region_code, %L)'
                          ' OR %s = ANY(l.owing))', v_region, v_id);
        v_due := format('CASE WHEN %s THEN l.due_at END', v_whole);
    END IF;
    IF v_bits = 0 OR v_whole = 'false' THEN
        v_kwh := 'NULL::numeric';
    ELSIF v_bits = 7 THEN
        v_kwh := format('CASE WHEN %s THEN coalesce(l.kwh, l.signal_kwh) END', v_whole);
    ELSE
        v_charge := format('(%1$s = l.lead_id OR %1$s = ANY(l.holders))', (p_agency ->> 'principal')::bigint);
        v_kwh := format('CASE WHEN %s AND (%s >> CASE WHEN %s THEN 1 WHEN EXISTS (SELECT FROM agencies_agency la'
                        ' WHERE la.id = l.lead_id AND starts_with(la.region_id, %L) AND la.region_id <> %L) THEN 2 ELSE 0 END) & 1 = 1'
                        ' THEN coalesce(l.kwh, l.signal_kwh) END', v_whole, v_bits, v_charge, v_region, v_region);
    END IF;

    v_where := concat(
        CASE WHEN w ? 'stage' THEN format(' AND l.stage = %L', w ->> 'stage') END,
        CASE WHEN w ? 'level' THEN format(' AND l.level = %L', w ->> 'level') END,
        CASE WHEN w ? 'outcome' THEN format(' AND l.outcome = %L', w ->> 'outcome') END,
        CASE WHEN w -> 'closed' = 'true' THEN ' AND l.stage = ''closed''' WHEN w ? 'closed' THEN ' AND l.stage <> ''closed''' END,
        CASE WHEN length(w ->> 'region') = 6 THEN format(' AND l.region_code = %L', w ->> 'region')
             WHEN w ? 'region' THEN format(' AND starts_with(l.region_code, %L)', w ->> 'region') END,
        CASE WHEN w ? 'numbers' THEN format(' AND l.case_id IN (SELECT n.id FROM cases_case n WHERE n.number = ANY(%L))',
                ARRAY(SELECT jsonb_array_elements_text(w -> 'numbers'))) END,
        -- By number or title, or by a value of the case that this viewer reads (case_find, which comes with the terms).
        CASE WHEN w ? 'words' AND w ? 'find' THEN format(' AND (l.case_id IN (%s) OR l.case_id IN (SELECT case_find(%L, %L)))',
                case_list_words(w ->> 'words'), p_agency, w -> 'find')
             WHEN w ? 'words' THEN format(' AND l.case_id IN (%s)', case_list_words(w ->> 'words')) END,
        -- Who owes what is told of a case that is read whole, and of one's own tasks (agencies.visibility.whole).
        CASE WHEN w ? 'holders' AND v_kind = 'partner' THEN
                format(' AND EXISTS (SELECT FROM cases_task o WHERE o.case_id = l.case_id AND o.state = ''open'''
                       ' AND o.agency_id = ANY(%L) AND %s IN (o.agency_id, o.unit_id))', _case_list_ids(w -> 'holders'), v_id)
             WHEN w ? 'holders' THEN format(' AND l.holders && %L AND %s', _case_list_ids(w -> 'holders'), v_whole) END,
        CASE WHEN w ? 'subjects' THEN format(' AND coalesce(l.subject, l.site_subject) = ANY(%L) AND %s',
                ARRAY(SELECT jsonb_array_elements_text(w -> 'subjects')), v_whole) END,
        CASE WHEN w ? 'family' THEN format(' AND l.strengths[%s] >= %s AND %s', array_position(case_families(), w ->> 'family'),
                (w ->> 'strength')::integer, v_whole) END,
        CASE WHEN w ? 'kwh_from' THEN format(' AND %s >= %s', v_kwh, (w ->> 'kwh_from')::numeric) END,
        CASE WHEN w ? 'kwh_to' THEN format(' AND %s <= %s', v_kwh, (w ->> 'kwh_to')::numeric) END,
        CASE WHEN w ? 'due_from' THEN format(' AND %s >= %L', v_due, (w ->> 'due_from')::timestamptz) END,
        CASE WHEN w ? 'due_before' THEN format(' AND %s < %L', v_due, (w ->> 'due_before')::timestamptz) END,
        -- A list tells of its cases whoever sent it, and of those that are read whole everybody who may know of the list.
        CASE WHEN w ? 'list' THEN format(' AND l.case_id IN (SELECT x.case_id FROM case_list_of_list(%L) x(case_id))'
                ' AND (%s OR %L)', w ->> 'list', v_whole, EXISTS (
                    SELECT FROM cases_listbatch b WHERE b.id = (w ->> 'list')::uuid AND b.agency_id = v_id)) END,
        CASE WHEN w -> 'unlisted' = 'true' THEN format(' AND %s AND EXISTS (SELECT FROM cases_case c WHERE c.id = l.case_id'
                ' AND coalesce(c.facts #>> ''{determination,decided_at}'', '''') <= c.facts #>> ''{reassigned,-1,at}'''
                ' AND c.facts ? ''reassigned'' AND c.facts #>> ''{reassigned,-1,rows_left}'' = ''0'''
                ' AND coalesce(c.facts ->> ''signal_sources'', '''') !~ ''"(telecom|trace|grid|tips)"'')', v_whole) END);
    RETURN 'SELECT ' || replace(replace(replace(p_columns, '{whole}', v_whole), '{kwh}', v_kwh), '{due}', v_due)
        || ' FROM cases_caseagency ca JOIN cases_caselist l ON l.case_id = ca.case_id'
        || format(' WHERE ca.agency_id = %s AND ca.rank <= %s', v_id, (p_agency ->> 'rank')::integer)
        || CASE WHEN sight_may('cases_case SELECT') OR sight_of_owner() THEN ''
                ELSE format(' AND ca.agency_id * 4 + ca.rank = ANY(%L)', sight_keys()) END
        || v_where || p_and;
END $$;

CREATE FUNCTION _case_list_ids(p_ids jsonb) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY(SELECT x::bigint FROM jsonb_array_elements_text(p_ids) x) $$;

-- The cases that the rows of a list lead to, and what those were merged into; nothing of a list out of sight.
CREATE FUNCTION case_list_of_list(p_list uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE found(id) AS (
        SELECT x.case_id FROM cases_listrow r JOIN cases_site x ON x.id = r.site_id
        WHERE r.batch_id = p_list AND list_in_sight(p_list)
        UNION SELECT c.merged_into_id FROM found JOIN cases_case c ON c.id = found.id WHERE c.merged_into_id IS NOT NULL)
    SELECT id FROM found
$$;

-- One page. p_sort: due, kwh, updated or opened; p_key and p_beyond are order key and id of the case beside which the page
-- lies. Where p_cap is NULL the total is exact; else it stops at p_cap + 1, and with 0 there is none. What has no
-- deadline or no energy that one may see stands last, whichever way.
CREATE FUNCTION case_list(p_through jsonb, p_wanted jsonb, p_sort text, p_down boolean, p_key text, p_beyond uuid,
                          p_backward boolean, p_cap integer, p_limit integer)
RETURNS TABLE (n bigint, before bigint, id uuid, key text, whole boolean, subject text, kwh numeric, strengths smallint[], awaited text[],
               open_tasks integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_type text := CASE p_sort WHEN 'kwh' THEN 'numeric' WHEN 'opened' THEN 'integer' ELSE 'timestamptz' END;
    v_key text := CASE p_sort WHEN 'kwh' THEN CASE WHEN p_down THEN 'coalesce({kwh}, -1)' ELSE 'coalesce({kwh}, 1e15)' END
        WHEN 'updated' THEN 'l.updated_at' WHEN 'opened' THEN '0'
        WHEN 'due' THEN CASE WHEN p_down THEN 'coalesce({due}, ''-infinity'')' ELSE 'coalesce({due}, ''infinity'')' END END;
    v_way text := CASE WHEN p_down <> p_backward THEN 'DESC' ELSE 'ASC' END;
    v_beyond text := CASE WHEN p_beyond IS NULL THEN '' WHEN p_sort = 'opened' THEN
            format(' AND {id} %s %L', CASE WHEN p_down <> p_backward THEN '<' ELSE '>' END, p_beyond)
        ELSE format(' AND (key, id) %s (%L::%s, %L::uuid)', CASE WHEN p_down <> p_backward THEN '<' ELSE '>' END,
                    p_key, v_type, p_beyond) END;
    v_order text := CASE WHEN p_sort = 'opened' THEN format(' ORDER BY {id} %s', v_way)
                         ELSE format(' ORDER BY key %1$s, id %1$s', v_way) END;
    v_found text;
    v_page text;
    v_total text;
    v_seen text;
    v_before text := 'NULL::bigint';
    v_wanted jsonb := p_wanted;
    v_near text := '';
BEGIN
    IF v_key IS NULL OR jsonb_array_length(p_through) = 0 THEN
        RETURN;
    END IF;
    IF p_sort = 'opened' AND p_cap IS NOT NULL THEN
        -- In the order of the range itself: what is not shown is not read.
        -- One district, and its stage, are looked up in the index of the case, which has the same order: of the narrow
        -- columns a whole range would be read for them.
        IF length(p_wanted ->> 'region') = 6 THEN
            v_wanted := p_wanted - 'region' - 'stage';
            v_near := format(' AND l.case_id IN (SELECT n.id FROM cases_case n WHERE n.region_code = %L%s)', p_wanted ->> 'region',
                             CASE WHEN p_wanted ? 'stage' THEN format(' AND n.stage = %L', p_wanted ->> 'stage') END);
        END IF;
        SELECT string_agg(format('(%s)', case_list_seen(e, v_wanted, 'ca.case_id AS id, 0 AS key',
                   v_near || replace(v_beyond || v_order, '{id}', 'ca.case_id') || format(' LIMIT %s', p_limit))), ' UNION '),
               string_agg(format('(%s)', case_list_seen(e, v_wanted, 'ca.case_id AS id',
                   v_near || format(' ORDER BY ca.case_id DESC LIMIT %s', p_cap + 1))), ' UNION ')
        INTO v_page, v_total FROM jsonb_array_elements(p_through) e;
        v_found := '';
        v_page := format('SELECT id, key FROM (%s) u%s LIMIT %s', v_page, replace(v_order, '{id}', 'id'), p_limit);
        v_total := CASE WHEN p_cap = 0 THEN '0::bigint'
            ELSE format('(SELECT count(*) FROM (SELECT 1 FROM (%s) u LIMIT %s) x)', v_total, p_cap + 1) END;
    ELSE
        SELECT string_agg(case_list_seen(e, p_wanted, 'l.case_id AS id, ' || v_key || ' AS key', ''), ' UNION ALL ')
        INTO v_found FROM jsonb_array_elements(p_through) e;
        IF jsonb_array_length(p_through) > 1 THEN
            -- The same case through several agencies: what the best of them tells.
            v_found := format('SELECT id, %s(key) AS key FROM (%s) u GROUP BY id', CASE WHEN p_down THEN 'max' ELSE 'min' END, v_found);
        END IF;
        v_found := format('found AS MATERIALIZED (%s), ', v_found);
        v_page := format('SELECT id, key FROM found WHERE true%s%s LIMIT %s', replace(v_beyond, '{id}', 'id'),
                         replace(v_order, '{id}', 'id'), p_limit);
        v_total := CASE WHEN p_cap = 0 THEN '0::bigint' WHEN p_cap IS NULL THEN '(SELECT count(*) FROM found)'
                        ELSE format('(SELECT count(*) FROM (SELECT 1 FROM found LIMIT %s) x)', p_cap + 1) END;
        IF p_cap IS NULL AND p_beyond IS NULL THEN
            v_before := '0::bigint';
        ELSIF p_cap IS NULL THEN
            v_before := format('(SELECT count(*) FROM found f, (SELECT key, id FROM page ORDER BY key %1$s, id %1$s LIMIT 1) p'
                               ' WHERE (f.key, f.id) %2$s (p.key, p.id))',
                               CASE WHEN p_down THEN 'DESC' ELSE 'ASC' END, CASE WHEN p_down THEN '>' ELSE '<' END);
        END IF;
    END IF;
    SELECT string_agg(case_list_seen(e, '{}', '{whole} AS whole, {kwh} AS kwh, CASE WHEN {whole} THEN l.strengths END AS strengths,'
               ' CASE WHEN {whole} THEN coalesce(l.subject, l.site_subject) END::text AS subject,'
               ' CASE WHEN {whole} THEN l.awaited END AS awaited,'
               ' CASE WHEN {whole} THEN cardinality(l.holders) END AS open_tasks', ' AND l.case_id = page.id'), ' UNION ALL ')
    INTO v_seen FROM jsonb_array_elements(p_through) e;
    RETURN QUERY EXECUTE format(
        'WITH %spage AS MATERIALIZED (%s)'
        ' SELECT t.n, t.before, page.id, page.key::text, d.whole, d.subject, d.kwh, d.strengths, d.awaited, d.open_tasks'
        ' FROM (SELECT %s AS n, %s AS before) t LEFT JOIN page ON true LEFT JOIN LATERAL ('
        ' SELECT bool_or(u.whole) AS whole, max(u.subject) AS subject, max(u.kwh) AS kwh, max(u.strengths) AS strengths,'
        ' max(u.awaited) AS awaited, max(u.open_tasks) AS open_tasks FROM (%s) u) d ON page.id IS NOT NULL'
        ' ORDER BY page.key %6$s, page.id %6$s', v_found, v_page, v_total, v_before, v_seen, v_way);
END $$;

-- How many cases meet each of several conditions, exactly and in one pass over what is seen; words are looked up first.
CREATE FUNCTION case_list_counts(p_through jsonb, p_wanted jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_union text;
    v_totals text;
    v_best text;
    v_counts bigint[];
BEGIN
    IF jsonb_array_length(p_through) = 0 THEN
        RETURN array_fill(0::bigint, ARRAY[jsonb_array_length(p_wanted)]);
    END IF;
    IF jsonb_array_length(p_wanted) = 0 THEN
        RETURN '{}';
    END IF;
    -- Each condition as a column of its own: of an array a row, three quarters of the time would go into the arrays.
    SELECT string_agg(case_list_seen(e, '{}', 'l.case_id AS id, ' || (
               SELECT string_agg(case_list_holds(e, w) || ' AS h' || n, ', ' ORDER BY n)
               FROM jsonb_array_elements(p_wanted) WITH ORDINALITY AS x(w, n)), ''), ' UNION ALL ')
    INTO v_union FROM jsonb_array_elements(p_through) e;
    SELECT string_agg(format('count(*) FILTER (WHERE h%s)', n), ', ' ORDER BY n),
           string_agg(format('bool_or(h%1$s) AS h%1$s', n), ', ' ORDER BY n)
    INTO v_totals, v_best FROM generate_series(1, jsonb_array_length(p_wanted)) n;
    IF jsonb_array_length(p_through) > 1 THEN
        v_union := format('SELECT id, %s FROM (%s) u GROUP BY id', v_best, v_union);
    END IF;
    EXECUTE format('SELECT ARRAY[%s] FROM (%s) f', v_totals, v_union) INTO v_counts;
    RETURN v_counts;
END $$;

-- The conditions alone, as one boolean of `ca` and `l`.
CREATE FUNCTION case_list_holds(p_agency jsonb, p_wanted jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT '(true' || substr(case_list_seen(p_agency, p_wanted, '', ''), length(case_list_seen(p_agency, '{}', '', '')) + 1) || ') IS TRUE'
$$;
