-- search_keys v1: what cases are found by beside number and title, without opening a seal.
--
-- Every term is a keyed hash (cases/models/listing/terms.py), in `terms` of the value itself, in `shown` of what is left of
-- it where it stands masked. Nobody reads the table but the door of the list, which asks of each hit whether this viewer
-- sees this value of this case in clear (terms) or masked (shown); so a search finds through what its viewer may read, and
-- through nothing else.
CREATE TABLE cases_searchkey (
    id        bigserial PRIMARY KEY,
    kind      varchar(8) NOT NULL CHECK (kind IN ('name', 'line', 'number', 'address', 'ip')),
    -- Whose value it is: known by the case of a record or an event; that of a list row is told by its signal that counts.
    case_id   uuid REFERENCES cases_case DEFERRABLE INITIALLY DEFERRED,
    owner_id  bigint,
    record_id uuid REFERENCES cases_personalrecord ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    row_id    bigint REFERENCES cases_listrow DEFERRABLE INITIALLY DEFERRED,
    event_id  bigint REFERENCES audit_event DEFERRABLE INITIALLY DEFERRED,
    terms     bigint[] NOT NULL,
    shown     bigint[] NOT NULL,
    CHECK (num_nonnulls(record_id, row_id, event_id) = 1 AND (case_id IS NULL) = (row_id IS NOT NULL))
);
CREATE UNIQUE INDEX searchkey_record_once ON cases_searchkey (record_id, owner_id) NULLS NOT DISTINCT WHERE record_id IS NOT NULL;
CREATE UNIQUE INDEX searchkey_row_once ON cases_searchkey (row_id, kind) WHERE row_id IS NOT NULL;
CREATE UNIQUE INDEX searchkey_event_once ON cases_searchkey (event_id, kind) WHERE event_id IS NOT NULL;
CREATE INDEX searchkey_case_idx ON cases_searchkey (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX searchkey_terms_idx ON cases_searchkey USING gin (terms) WITH (fastupdate = off);
CREATE INDEX searchkey_shown_idx ON cases_searchkey USING gin (shown) WITH (fastupdate = off);
SELECT sight_wall('cases_searchkey'::regclass, 'false', 'false', 'false');
SELECT sight_removal('cases_searchkey'::regclass);

-- What is erased is not found any more.
CREATE FUNCTION search_forget_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM cases_searchkey WHERE row_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_forget_row AFTER UPDATE OF erased_at ON cases_listrow FOR EACH ROW
    WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION search_forget_row();
CREATE FUNCTION search_forget_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM cases_searchkey WHERE event_id = OLD.event_id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_forget_event AFTER DELETE ON audit_sealed FOR EACH ROW EXECUTE FUNCTION search_forget_event();
ALTER TABLE cases_listrow ENABLE ALWAYS TRIGGER search_forget_row;
ALTER TABLE audit_sealed ENABLE ALWAYS TRIGGER search_forget_event;

-- search_note v1: the terms of what was typed into the sealed fields of an event, by whoever wrote the event.
CREATE FUNCTION search_note(p_event bigint, p_rows jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    e audit_event;
BEGIN
    SELECT * INTO e FROM audit_event WHERE id = p_event;
    IF e.id IS NULL OR left(e.stream, 5) <> 'case/' OR NOT EXISTS (SELECT FROM audit_sealed s WHERE s.event_id = e.id)
       OR (e.actor_id IS DISTINCT FROM sight_user() AND NOT sight_may('search_note EXECUTE') AND NOT sight_of_owner()) THEN
        RAISE EXCEPTION 'event % has no sealed data of whoever looks', p_event USING ERRCODE = 'LZ006';
    END IF;
    INSERT INTO cases_searchkey (kind, case_id, owner_id, event_id, terms, shown)
    SELECT x.kind, substr(e.stream, 6)::uuid, e.agency_id, e.id, x.terms, x.shown
    FROM jsonb_to_recordset(p_rows) AS x(kind text, terms bigint[], shown bigint[])
    ON CONFLICT (event_id, kind) WHERE event_id IS NOT NULL DO NOTHING;
END $$;

-- search_fill v1: the terms of what was stored before there were any. What is being erased is waited for and gets none: its
-- terms were taken away before these came.
CREATE FUNCTION search_fill(p_rows jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_written bigint;
BEGIN
    IF NOT sight_may('search_fill EXECUTE') AND NOT sight_of_owner() THEN
        RAISE EXCEPTION 'terms are filled in by the system actor for it' USING ERRCODE = 'LZ006';
    END IF;
    PERFORM FROM cases_personalrecord p
        WHERE p.id IN (SELECT (x ->> 'record_id')::uuid FROM jsonb_array_elements(p_rows) x) ORDER BY p.id FOR SHARE;
    PERFORM FROM cases_listrow r
        WHERE r.id IN (SELECT (x ->> 'row_id')::bigint FROM jsonb_array_elements(p_rows) x) ORDER BY r.id FOR SHARE;
    PERFORM FROM audit_sealed s
        WHERE s.event_id IN (SELECT (x ->> 'event_id')::bigint FROM jsonb_array_elements(p_rows) x) ORDER BY s.event_id FOR SHARE;
    INSERT INTO cases_searchkey (kind, case_id, owner_id, record_id, row_id, event_id, terms, shown)
    SELECT x.* FROM jsonb_to_recordset(p_rows) AS x(kind text, case_id uuid, owner_id bigint, record_id uuid, row_id bigint,
                                                    event_id bigint, terms bigint[], shown bigint[])
    WHERE EXISTS (SELECT FROM cases_personalrecord p WHERE p.id = x.record_id)
       OR EXISTS (SELECT FROM cases_listrow r WHERE r.id = x.row_id AND r.erased_at IS NULL)
       OR EXISTS (SELECT FROM audit_sealed s WHERE s.event_id = x.event_id)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    RETURN v_written;
END $$;

-- The cases that somebody finds through one agency by these terms: p_find is {kind: [[terms], …]}, each inner list a way
-- of reading what was typed, of which all terms have to be there. What may be found by stands in p_agency: "finds" has for
-- each kind the bits of the relations in which it is in clear and those in which it is masked (1 own, 2 in charge, 4 handed
-- over, 8 from above), "own" whose values are the agency's own, "part" whose make its own part.
CREATE FUNCTION case_find(p_agency jsonb, p_find jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_id bigint := (p_agency ->> 'agency')::bigint;
    v_principal bigint := (p_agency ->> 'principal')::bigint;
    v_own bigint[] := _case_list_ids(p_agency -> 'own');
    v_part bigint[] := _case_list_ids(p_agency -> 'part');
    v_kind text;
    v_region text;
    v_way record;
    v_hits text;
BEGIN
    SELECT kind, region_id INTO v_kind, v_region FROM agencies_agency WHERE id = v_id;
    FOR v_way IN
        SELECT f.key AS kind, w.terms, (p_agency #>> ARRAY['finds', f.key, 'clear'])::integer AS clear,
               (p_agency #>> ARRAY['finds', f.key, 'masked'])::integer AS masked
        FROM jsonb_each(p_find) f CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT t::bigint FROM jsonb_array_elements_text(x) t) AS terms FROM jsonb_array_elements(f.value) x) w
    LOOP
        -- What this agency sees nowhere is not even looked for.
        v_hits := nullif(concat_ws(' UNION ALL ', v_hits,
            CASE WHEN v_way.clear > 0 THEN format('SELECT id, %s AS bits FROM cases_searchkey WHERE kind = %L AND terms @> %L',
                                                  v_way.clear, v_way.kind, v_way.terms) END,
            CASE WHEN v_way.masked > 0 THEN format('SELECT id, %s AS bits FROM cases_searchkey WHERE kind = %L AND shown @> %L',
                                                   v_way.masked, v_way.kind, v_way.terms) END), '');
    END LOOP;
    IF v_hits IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH RECURSIVE hit AS MATERIALIZED (%s),
        placed AS MATERIALIZED (
            SELECT coalesce(k.case_id, s.case_id) AS case_id, k.owner_id, hit.bits
            FROM hit JOIN cases_searchkey k ON k.id = hit.id
            LEFT JOIN cases_signal s ON s.row_id = k.row_id AND s.withdrawn_at IS NULL
            WHERE coalesce(k.case_id, s.case_id) IS NOT NULL),
        -- What is known of a case that was merged is known of the survivor.
        led(case_id, owner_id, bits) AS (
            SELECT case_id, owner_id, bits FROM placed
            UNION SELECT c.merged_into_id, led.owner_id, led.bits FROM led JOIN cases_case c ON c.id = led.case_id
            WHERE c.merged_into_id IS NOT NULL)
        SELECT DISTINCT led.case_id FROM led
        JOIN cases_caseagency ca ON ca.case_id = led.case_id AND ca.agency_id = $1
        JOIN cases_caselist l ON l.case_id = led.case_id
        JOIN cases_case c ON c.id = led.case_id
        CROSS JOIN LATERAL (SELECT ($2 <> 'partner' AND (ca.relation = 'lead'
            OR ca.relation = 'supervisor' AND starts_with(l.region_code, $3) OR $1 = ANY(l.owing))) AS whole,
            coalesce(led.owner_id = ANY($4), false) AS own,
            $5 = l.lead_id OR $5 = ANY(l.holders) AS in_charge,
            -- As in cases.selectors.precision.viewers: what is there and empty was not handed over.
            coalesce(c.facts #>> '{suspension}', '') NOT IN ('', '{}') OR coalesce(c.facts #>> '{surcharge,issued_at}', '') <> ''
                OR coalesce(c.facts #>> '{surcharge,earlier}', '') NOT IN ('', '[]') AS handed,
            EXISTS (SELECT FROM agencies_agency la WHERE la.id = l.lead_id AND starts_with(la.region_id, $3)
                    AND la.region_id <> $3) AS above) r
        WHERE (r.whole OR led.owner_id = ANY($6))
          AND (led.bits >> (r.own::int + 2 * r.in_charge::int + 4 * r.handed::int + 8 * r.above::int)) & 1 = 1
    $q$, v_hits) USING v_id, v_kind, v_region, v_own, v_principal, v_part;
END $$;
