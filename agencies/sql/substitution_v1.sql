-- agencies_today v1: the day in China, by the demo's clock where that is set (`audit.clock` reads the same row). The row
-- can be made in a demo only.
CREATE FUNCTION agencies_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (coalesce((SELECT coalesce(d.frozen, now() + d."offset") FROM audit_democlock d WHERE d.id = 1), now())
            AT TIME ZONE 'Asia/Shanghai')::date
$$;

-- What `agencies_posts` was before, in whichever version, is one half of what it is now.
ALTER FUNCTION agencies_posts(bigint) RENAME TO agencies_own_posts;

-- agencies_stood_posts v1: the posts that a person exercises for others today, each as the absent person holds it, cut
-- down to the roles that were given and to what the substitute's own ceiling opens. Nothing where the substitute no
-- longer works on cases in that agency, or where the absent account is disabled. Never what the absent person exercises
-- for a third: only own posts are handed on.
CREATE FUNCTION agencies_stood_posts(p_user bigint) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
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

-- agencies_posts: what a person holds, then what that person exercises for others today.
CREATE FUNCTION agencies_posts(p_user bigint) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    own jsonb := public.agencies_own_posts(p_user);
BEGIN
    IF own IS NULL OR NOT EXISTS (
        SELECT FROM public.agencies_substitution s WHERE s.substitute_id = p_user AND s.ended_at IS NULL) THEN
        RETURN own;
    END IF;
    RETURN own || jsonb_build_object('posts', own -> 'posts' || coalesce(public.agencies_stood_posts(p_user), '[]'));
END $$;

-- agencies_keep_substitution v1: no two at once for the same role, nobody absent who stands in for another (hence no
-- chain), the same agency or its units, and no administrator. Both accounts are locked first, the lower id before the
-- higher, so that two changes at once cannot pass each other.
CREATE FUNCTION agencies_keep_substitution() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - 'ended_at' IS DISTINCT FROM to_jsonb(OLD) - 'ended_at' THEN
            RAISE EXCEPTION '代理只能提前结束，不能改动 %', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'substitution_only_ends';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM 1 FROM agencies_user WHERE id IN (NEW.absent_id, NEW.substitute_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM agencies_substitution s WHERE s.ended_at IS NULL
               AND daterange(s.first_day, s.last_day, '[]') && daterange(NEW.first_day, NEW.last_day, '[]')
               AND ((s.absent_id = NEW.absent_id AND s.agency_id = NEW.agency_id AND s.roles && NEW.roles)
                    OR s.absent_id = NEW.substitute_id OR s.substitute_id = NEW.absent_id)) THEN
        RAISE EXCEPTION '代理与另一项代理重叠 % %', NEW.absent_id, NEW.substitute_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'substitution_overlaps';
    END IF;
    IF EXISTS (SELECT FROM agencies_membership m WHERE m.user_id IN (NEW.absent_id, NEW.substitute_id) AND m.active
               AND m.role IN ('system_admin', 'security_admin', 'audit_admin')) THEN
        RAISE EXCEPTION '管理员不代理，也不由他人代理 % %', NEW.absent_id, NEW.substitute_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'substitution_of_administrator';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agencies_substitution_keep BEFORE INSERT OR UPDATE ON agencies_substitution
    FOR EACH ROW EXECUTE FUNCTION agencies_keep_substitution();
ALTER TABLE agencies_substitution ENABLE ALWAYS TRIGGER agencies_substitution_keep;

-- A substitution stands in the stream of the absent person's account.
CREATE FUNCTION agencies_substitution_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_event WHERE tx = pg_current_xact_id() AND stream =
                   'account/' || (SELECT username FROM agencies_user WHERE id = NEW.absent_id)) THEN
        RAISE EXCEPTION '% on agencies_substitution % has no event of this transaction', TG_OP, NEW.id
            USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER agencies_substitution_has_event AFTER INSERT OR UPDATE ON agencies_substitution
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agencies_substitution_told();
ALTER TABLE agencies_substitution ENABLE ALWAYS TRIGGER agencies_substitution_has_event;

-- audit_on_behalf v1: for whom an act was done, from the bytes of its event; looked for before the body is parsed, since
-- nearly all acts are done for nobody else.
CREATE FUNCTION audit_on_behalf(p_body bytea) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN position('"on_behalf":'::bytea IN p_body) > 0
                THEN (convert_from(p_body, 'UTF8')::jsonb #>> '{actor,on_behalf}')::bigint END
$$;
