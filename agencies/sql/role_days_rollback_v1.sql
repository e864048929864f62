DROP TRIGGER agencies_membership_has_event ON agencies_membership;
CREATE CONSTRAINT TRIGGER agencies_membership_has_event AFTER INSERT
  OR UPDATE OF user_id, agency_id, role, active, since, until, ceiling, granted_by_id ON agencies_membership
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_change_has_event();
ALTER TABLE agencies_membership ENABLE ALWAYS TRIGGER agencies_membership_has_event;

-- agencies_own_posts v2: who is this, and which roles do they hold where, at this moment: one row of jsonb, NULL when disabled.
-- A post's ceiling is the highest of the memberships there that work on cases, null where none does.
-- Called inside every transition, hence plpgsql (its plans are kept per session) and partial index on active rows.
CREATE OR REPLACE FUNCTION agencies_own_posts(p_user bigint) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'id', u.id, 'username', u.username, 'display_name', u.display_name, 'language', u.language,
      'is_system', u.is_system,
      'posts', COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
                 'agency_id', a.id, 'agency_code', a.code, 'agency_name', a.name, 'kind', a.kind,
                 'region_code', a.region_id, 'principal_id', COALESCE(a.parent_id, a.id),
                 'is_unit', a.parent_id IS NOT NULL, 'duties', a.duties, 'roles', m.roles, 'ceiling', m.ceiling)
               ORDER BY a.id)
          FROM (SELECT agency_id, array_agg(role::text ORDER BY role) AS roles,
                       (ARRAY['ordinary', 'sensitive', 'internal'])[1 + max(public.agencies_rank(ceiling))
                           FILTER (WHERE public.agencies_works_on_cases(role))] AS ceiling
                  FROM public.agencies_membership WHERE user_id = u.id AND active GROUP BY agency_id) m
          JOIN public.agencies_agency a ON a.id = m.agency_id AND a.active
          LEFT JOIN public.agencies_agency p ON p.id = a.parent_id
         WHERE a.parent_id IS NULL OR p.active), '[]'::jsonb))
      FROM public.agencies_user u WHERE u.id = p_user AND u.is_active);
END $$;

-- agencies_stood_posts v1: the posts that a person exercises for others today, each as the absent person holds it, cut
-- down to the roles that were given and to what the substitute's own ceiling opens. Nothing where the substitute no
-- longer works on cases in that agency, or where the absent account is disabled. Never what the absent person exercises
-- for a third: only own posts are handed on.
CREATE OR REPLACE FUNCTION agencies_stood_posts(p_user bigint) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_agg(p.post || jsonb_build_object(
               'roles', held.roles, 'ceiling', levels[least(held.rank, own.rank)],
               'on_behalf', s.absent_id, 'on_behalf_name', u.display_name) ORDER BY s.id)
      FROM public.agencies_substitution s
      JOIN public.agencies_user u ON u.id = s.absent_id
     CROSS JOIN (SELECT ARRAY['ordinary', 'sensitive', 'internal'] AS levels) words
     CROSS JOIN LATERAL jsonb_array_elements(public.agencies_own_posts(s.absent_id) -> 'posts') AS p(post)
     CROSS JOIN LATERAL (
        SELECT jsonb_agg(m.role ORDER BY m.role) AS roles, max(array_position(levels, m.ceiling::text)) AS rank
          FROM public.agencies_membership m
         WHERE m.user_id = s.absent_id AND m.agency_id = s.agency_id AND m.active AND m.role = ANY (s.roles)) held
     CROSS JOIN LATERAL (
        SELECT max(array_position(levels, m.ceiling::text)) AS rank
          FROM public.agencies_membership m
          JOIN public.agencies_agency a ON a.id = m.agency_id
         WHERE m.user_id = p_user AND m.active AND m.role IN ('handler', 'reviewer', 'approver', 'field_crew', 'billing', 'supervisor')
           AND coalesce(a.parent_id, a.id) = (p.post ->> 'principal_id')::bigint) own
     WHERE s.substitute_id = p_user AND s.ended_at IS NULL
       AND public.agencies_today() BETWEEN s.first_day AND s.last_day
       AND (p.post ->> 'agency_id')::bigint = s.agency_id AND held.roles IS NOT NULL AND own.rank IS NOT NULL
$$;
DROP FUNCTION agencies_in_days(date, date);
