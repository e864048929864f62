-- audit_beside_cases v2: also the events of the calendar, of the steps of deadlines and of reports; the same rules as the
-- search of the audit trail (cases/selectors/events.py).
CREATE OR REPLACE FUNCTION audit_beside_cases(p_stream text, p_at timestamptz, p_actor bigint, p_body bytea) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_named text;
    v_region text;
    v_keys bigint[];
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
    ELSIF left(p_stream, 9) = 'calendar/' THEN
        v_region := nullif(substr(p_stream, 10), 'national');
        RETURN p_actor = sight_user() OR EXISTS (
            SELECT FROM unnest(sight_supervises()) r
            WHERE v_region IS NULL OR starts_with(v_region, r) OR starts_with(r, v_region));
    ELSIF left(p_stream, 11) = 'escalation/' THEN
        -- It names the cases whose deadlines took a step: for whoever watches over the region and sees each of them.
        -- After a standstill there are a thousand: asked as a set, and not by case_in_sight one after the other.
        IF NOT EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(substr(p_stream, 12), r)) THEN
            RETURN false;
        END IF;
        v_keys := sight_keys();
        RETURN NOT EXISTS (
            SELECT FROM (SELECT DISTINCT (s ->> 'case')::uuid AS case_id
                         FROM jsonb_array_elements(convert_from(p_body, 'UTF8')::jsonb #> '{data,steps}') s) named
            WHERE NOT EXISTS (SELECT FROM cases_caseagency ca
                              WHERE ca.case_id = named.case_id AND ca.agency_id * 4 + ca.rank = ANY(v_keys)));
    ELSIF left(p_stream, 7) = 'report/' THEN
        RETURN p_actor = sight_user() OR EXISTS (
            SELECT FROM cases_report p JOIN unnest(sight_supervises()) r ON starts_with(p.region_id, r)
            WHERE p.id = substr(p_stream, 8)::uuid);
    END IF;
    RETURN false;
END $$;
