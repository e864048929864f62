-- audit_beside_cases v1.
CREATE OR REPLACE FUNCTION audit_beside_cases(p_stream text, p_at timestamptz, p_actor bigint, p_body bytea) RETURNS boolean
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
