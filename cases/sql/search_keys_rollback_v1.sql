-- case_list_seen v1 again.
CREATE OR REPLACE FUNCTION case_list_seen(p_agency jsonb, p_wanted jsonb, p_columns text, p_and text) RETURNS text
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
    v_joins text := '';
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
        CASE WHEN w ? 'number' THEN format(' AND l.case_id = (SELECT n.id FROM cases_case n WHERE n.number = %L)', w ->> 'number') END,
        CASE WHEN w ? 'words' THEN format(' AND l.case_id IN (%s)', case_list_words(w ->> 'words')) END,
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
DROP TRIGGER search_forget_row ON cases_listrow;
DROP TRIGGER search_forget_event ON audit_sealed;
DROP FUNCTION case_find(jsonb, jsonb), search_note(bigint, jsonb), search_forget_row(), search_forget_event();
DROP TABLE cases_searchkey;
