-- doors v1: what each function that works with the owner's rights asks before it does.
-- LZ006: not within the sight of this transaction (audit/sight.py).

-- agencies_sight v1: the keys of sight of a person whose posts were read: agencies.visibility.sight_keys, in the database.
CREATE FUNCTION agencies_sight(p_actor jsonb) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT (p ->> 'agency_id')::bigint * 4 + rank ORDER BY (p ->> 'agency_id')::bigint * 4 + rank)
    FROM jsonb_array_elements(p_actor -> 'posts') p
    CROSS JOIN generate_series(0, agencies_rank(coalesce(p ->> 'ceiling', 'ordinary'))) rank
    WHERE EXISTS (SELECT FROM jsonb_array_elements_text(p -> 'roles') r WHERE agencies_works_on_cases(r))
$$;

-- case_in_sight v1: whether this transaction sees the case.
CREATE FUNCTION case_in_sight(p_case uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM cases_caseagency ca
                   WHERE ca.case_id = p_case AND ca.agency_id * 4 + ca.rank = ANY(sight_keys()))
$$;

-- audit_beside_cases v1: whether the one who looks reads this event, which is none of a case: the same rules as the search
-- of the audit trail (cases/selectors/events.py). An event that names a case is for those who see that case.
CREATE FUNCTION audit_beside_cases(p_stream text, p_at timestamptz, p_actor bigint, p_body bytea) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_named text;
    v_region text;
BEGIN
    IF left(p_stream, 8) = 'account/' THEN
        IF substr(p_stream, 9) IS DISTINCT FROM (SELECT username FROM agencies_user WHERE id = sight_user())
           AND NOT (p_stream = 'account/unknown' AND sight_supervises() IS NOT NULL)
           AND NOT EXISTS (
            SELECT FROM agencies_user u JOIN (
                SELECT user_id, agency_id, since, coalesce(until, 'infinity') AS until FROM agencies_membership
                -- Before its first post an account is known where it was opened.
                UNION ALL SELECT f.id, f.agency_id, f.created_at, coalesce(
                    (SELECT min(since) FROM agencies_membership WHERE user_id = f.id), 'infinity') FROM agencies_user f
            ) m ON m.user_id = u.id
            JOIN agencies_agency a ON a.id = m.agency_id
            WHERE u.username = substr(p_stream, 9) AND p_at BETWEEN m.since AND m.until
            AND (a.id = ANY(sight_administers())
                 OR EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(a.region_id, r)))) THEN
            RETURN false;
        END IF;
        v_named := convert_from(p_body, 'UTF8')::jsonb #>> '{data,case}';
        RETURN v_named IS NULL OR case_in_sight(v_named::uuid);
    ELSIF left(p_stream, 8) = 'erasure/' THEN
        RETURN case_in_sight(substr(p_stream, 9)::uuid);
    ELSIF left(p_stream, 7) = 'agency/' THEN
        RETURN EXISTS (
            SELECT FROM agencies_agency a WHERE a.code = substr(p_stream, 8)
            AND (a.id = ANY(sight_administers())
                 OR EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(a.region_id, r))));
    ELSIF left(p_stream, 7) = 'config/' THEN
        v_region := coalesce(convert_from(p_body, 'UTF8')::jsonb -> 'data' ->> 'region', '');
        RETURN p_actor = sight_user() OR EXISTS (
            SELECT FROM unnest(sight_supervises()) r WHERE starts_with(v_region, r) OR starts_with(r, v_region));
    END IF;
    RETURN false;
END $$;

-- sight_begins v1: a person acts for themself only. Who has read no posts yet looks, from here to the end of the
-- transaction, as the database knows them at this moment.
CREATE FUNCTION sight_begins(p_user bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF sight_user() IS DISTINCT FROM p_user THEN
        RAISE EXCEPTION 'user % is not the one who is looking', p_user USING ERRCODE = 'LZ006';
    END IF;
    IF sight_keys() IS NULL THEN
        PERFORM set_config('lianzhi.keys', coalesce(agencies_sight(agencies_posts(p_user))::text, ''), true);
    END IF;
END $$;

-- case_load behind its check: a case outside the sight is none, and it is not locked either.
ALTER FUNCTION case_load(uuid, bigint, text, boolean) RENAME TO case_load_unchecked;
CREATE FUNCTION case_load(p_case uuid, p_user bigint, p_key text, p_lock boolean) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_may('case_load EXECUTE') AND NOT sight_of_owner() THEN
        PERFORM sight_begins(p_user);
        IF NOT case_in_sight(p_case) THEN
            p_case := NULL;
        END IF;
    END IF;
    RETURN case_load_unchecked(p_case, p_user, p_key, p_lock);
END $$;

ALTER FUNCTION case_open_load(bigint, text, integer) RENAME TO case_open_load_unchecked;
CREATE FUNCTION case_open_load(p_user bigint, p_key text, p_n integer) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_may('case_open_load EXECUTE') AND NOT sight_of_owner() THEN
        PERFORM sight_begins(p_user);
    END IF;
    RETURN case_open_load_unchecked(p_user, p_key, p_n);
END $$;

-- A number is drawn for an agency of one's own, or for the principal of one's unit.
ALTER FUNCTION case_draw_number(bigint, text, integer) RENAME TO case_draw_number_unchecked;
CREATE FUNCTION case_draw_number(p_agency bigint, p_kind text, p_year integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_may('case_draw_number EXECUTE') AND NOT sight_of_owner() AND NOT EXISTS (
        SELECT FROM agencies_agency a WHERE (a.id = p_agency OR a.parent_id = p_agency) AND a.id * 4 = ANY(sight_keys()))
    THEN
        RAISE EXCEPTION 'no number of agency % for this one', p_agency USING ERRCODE = 'LZ006';
    END IF;
    RETURN case_draw_number_unchecked(p_agency, p_kind, p_year);
END $$;

ALTER FUNCTION fold_task_counters() RENAME TO fold_task_counters_unchecked;
CREATE FUNCTION fold_task_counters() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_may('fold_task_counters EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'the counters are folded by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    RETURN fold_task_counters_unchecked();
END $$;

-- case_commit, whatever its version, writes a case only that is within the sight, and an event only of the one who looks.
CREATE FUNCTION case_written_in_sight() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT case_in_sight(OLD.id) AND NOT sight_may('case_commit EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'case % is not within sight', OLD.id USING ERRCODE = 'LZ006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_written_in_sight BEFORE UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION case_written_in_sight();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_written_in_sight;

CREATE FUNCTION case_event_of_looker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.actor_id IS DISTINCT FROM sight_user() AND NOT sight_may('case_commit EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'event % of % is not by the one who is looking', NEW.seq, NEW.stream USING ERRCODE = 'LZ006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_event_of_looker BEFORE INSERT ON audit_event FOR EACH ROW WHEN (left(NEW.stream, 5) = 'case/')
    EXECUTE FUNCTION case_event_of_looker();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER case_event_of_looker;

-- case_participants v1: who takes part in a case that one sees; the wall shows a person the rows of the own agencies only.
CREATE FUNCTION case_participants(p_case uuid) RETURNS TABLE (agency_id bigint, relation text, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF case_in_sight(p_case) OR sight_may('cases_caseagency SELECT') THEN
        RETURN QUERY SELECT ca.agency_id, ca.relation::text, ca.since FROM cases_caseagency ca WHERE ca.case_id = p_case;
    END IF;
END $$;

-- case_list_of_row v1: the list that a row of a visible case came with, though the list itself is another agency's.
CREATE FUNCTION case_list_of_row(p_row bigint)
RETURNS TABLE (id uuid, name text, kind text, agency_id bigint, columns jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT b.id, b.name::text, b.kind::text, b.agency_id, b.columns
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE r.id = p_row AND (sight_may('cases_listbatch SELECT')
        OR EXISTS (SELECT FROM cases_signal s WHERE s.row_id = r.id AND case_in_sight(s.case_id))
        OR EXISTS (SELECT FROM cases_site x WHERE x.id = r.site_id AND case_in_sight(x.case_id)));
END $$;

-- case_search v1: the ids of the cases that one agency sees, narrowed by words and filters, the newest first (or the oldest
-- behind `p_beyond`). Row-level security would hide the index of pairs from the planner (@> and LIKE are not leakproof),
-- and ask each case again for what the agency's own range of cases has answered; so this reads as the owner and asks for
-- the sight itself. A filter that is NULL is none.
CREATE FUNCTION case_search(p_agency bigint, p_rank integer, p_words text, p_stage text, p_level text, p_outcome text, p_number text,
                            p_region text, p_closed boolean, p_holders bigint[], p_beyond uuid, p_backward boolean,
                            p_limit integer) RETURNS SETOF uuid
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
        || CASE WHEN p_beyond IS NULL THEN '' WHEN p_backward THEN ' AND ca.case_id > $10' ELSE ' AND ca.case_id < $10' END
        || ' ORDER BY ca.case_id ' || CASE WHEN p_backward THEN 'ASC' ELSE 'DESC' END || ' LIMIT $11'
    USING p_agency, p_words, v_like, p_stage, p_level, p_outcome, p_number, p_region, p_holders, p_beyond, p_limit,
          p_backward, sight_may('cases_case SELECT'), sight_keys(), v_kind, v_region, p_rank;
END $$;
