-- Version 1. Who is this, and which roles do they hold where, at this moment: one row of jsonb, NULL when disabled.
-- Called inside every transition, hence plpgsql (its plans are kept per session) and partial index on active rows.
CREATE OR REPLACE FUNCTION agencies_posts(p_user bigint) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'id', u.id, 'username', u.username, 'display_name', u.display_name, 'language', u.language,
      'is_system', u.is_system,
      'posts', COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
                 'agency_id', a.id, 'agency_code', a.code, 'agency_name', a.name, 'kind', a.kind,
                 'region_code', a.region_id, 'principal_id', COALESCE(a.parent_id, a.id),
                 'is_unit', a.parent_id IS NOT NULL, 'duties', a.duties, 'roles', m.roles) ORDER BY a.id)
          FROM (SELECT agency_id, array_agg(role::text ORDER BY role) AS roles
                  FROM public.agencies_membership WHERE user_id = u.id AND active GROUP BY agency_id) m
          JOIN public.agencies_agency a ON a.id = m.agency_id AND a.active
          LEFT JOIN public.agencies_agency p ON p.id = a.parent_id
         WHERE a.parent_id IS NULL OR p.active), '[]'::jsonb))
      FROM public.agencies_user u WHERE u.id = p_user AND u.is_active);
END $$;
