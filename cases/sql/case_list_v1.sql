-- case_list v1: the columns that lists filter and sort by, narrow and beside the case, and the door that reads them.
--
-- One row a case, kept by triggers from the case, its open tasks, its signals and its sites; it says nothing that these do
-- not say, so it can be made anew at any time (case_list_rebuild). Nobody reads it but through the doors below, since what
-- a column tells depends on how much of the case somebody reads.
CREATE TABLE cases_caselist (
    case_id      uuid PRIMARY KEY REFERENCES cases_case DEFERRABLE INITIALLY DEFERRED,
    stage        varchar(16) NOT NULL,
    level        varchar(10) NOT NULL,
    outcome      varchar(24),
    region_code  varchar(6) NOT NULL,
    lead_id      bigint NOT NULL,
    updated_at   timestamptz NOT NULL,
    -- What officers found the user to be and to draw in a month; without a finding what the lists say.
    subject      varchar(16),
    site_subject varchar(16),
    kwh          numeric(18, 6),
    signal_kwh   numeric(18, 6),
    -- Of each family of signals (case_families): 3 strong, 2 medium, 1 weak, 0 not seen.
    strengths    smallint[] NOT NULL,
    -- Open tasks: the earliest deadline of those whose clock runs, their agencies, these and their units, findings awaited.
    due_at       timestamptz,
    holders      bigint[] NOT NULL DEFAULT '{}',
    owing        bigint[] NOT NULL DEFAULT '{}',
    awaited      text[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);

CREATE FUNCTION case_families() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY['traffic', 'hashpower', 'energy', 'funds', 'report', 'onsite'] $$;

-- How strongly each family speaks for mining: what the agency found whose matter it is, else how many reports there are.
CREATE FUNCTION case_strengths(p_facts jsonb) RETURNS smallint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT array_agg(CASE
               WHEN f.result = ANY(ARRAY['confirmed', 'compromised', 'abnormal', 'running', 'devices_idle']) THEN 3
               WHEN f.result = ANY(ARRAY['not_confirmed', 'normal', 'nothing_found']) THEN least(f.reports, 1)
               ELSE least(f.reports, 3) END::smallint ORDER BY f.n)
    FROM (SELECT x.n, coalesce((p_facts #>> ARRAY['signals', x.family])::integer, 0) AS reports,
                 CASE WHEN coalesce(p_facts #>> ARRAY['findings', x.kind, 'rework'], '') = '' AND (x.family <> 'hashpower'
                           OR p_facts #>> ARRAY['findings', x.kind, 'hashrate'] <> '')
                      THEN p_facts #>> ARRAY['findings', x.kind, 'result'] END AS result
          FROM unnest(case_families(), ARRAY['analyse_traffic', 'analyse_traffic', 'check_consumption', '', '', 'inspect_site'])
               WITH ORDINALITY AS x(family, kind, n)) AS f
$$;

-- A figure of a finding, where it is one.
CREATE FUNCTION case_figure(p_text text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_text ~ '^[0-9]{1,12}([.][0-9]{1,6})?$' THEN p_text::numeric END $$;

CREATE FUNCTION case_said_subject(p_facts jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(p_facts #>> '{determination,subject}', ''), nullif(p_facts #>> '{findings,inspect_site,subject}', ''),
                    nullif(p_facts #>> '{findings,trace_subscriber,subject}', '')) $$;

-- What the case itself says, of new cases and of one that changed.
CREATE FUNCTION case_list_of_new() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cases_caselist (case_id, stage, level, outcome, region_code, lead_id, updated_at, subject, kwh, strengths)
    SELECT id, stage, level, outcome, region_code, lead_agency_id, updated_at, case_said_subject(facts),
           case_figure(facts #>> '{findings,check_consumption,monthly_kwh}'), case_strengths(facts) FROM added;
    RETURN NULL;
END $$;
CREATE FUNCTION case_list_of_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.facts IS NOT DISTINCT FROM OLD.facts THEN
        UPDATE cases_caselist SET stage = NEW.stage, level = NEW.level, outcome = NEW.outcome, region_code = NEW.region_code,
            lead_id = NEW.lead_agency_id, updated_at = NEW.updated_at WHERE case_id = NEW.id;
    ELSE
        UPDATE cases_caselist SET stage = NEW.stage, level = NEW.level, outcome = NEW.outcome, region_code = NEW.region_code,
            lead_id = NEW.lead_agency_id, updated_at = NEW.updated_at, subject = case_said_subject(NEW.facts),
            kwh = case_figure(NEW.facts #>> '{findings,check_consumption,monthly_kwh}'),
            strengths = case_strengths(NEW.facts) WHERE case_id = NEW.id;
    END IF;
    -- What spoke for a case that was merged speaks for the survivor, and no more when that is undone.
    IF NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id THEN
        PERFORM case_list_lists(array_remove(ARRAY[NEW.merged_into_id, OLD.merged_into_id], NULL));
    END IF;
    RETURN NULL;
END $$;

-- What the open tasks of these cases say.
CREATE FUNCTION case_list_tasks(p_cases uuid[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE cases_caselist l SET due_at = t.due_at, holders = t.holders, owing = t.owing, awaited = t.awaited
    FROM unnest(p_cases) AS x(id) CROSS JOIN LATERAL (
        SELECT min(t.due_at) FILTER (WHERE NOT EXISTS (
                   SELECT FROM cases_clockinterval i WHERE i.task_id = t.id AND i.ended_at IS NULL AND i.state = 'paused'))
                   AS due_at,
               coalesce(array_agg(t.agency_id ORDER BY t.agency_id), '{}') AS holders,
               coalesce(array_agg(t.agency_id) || array_remove(array_agg(t.unit_id), NULL), '{}') AS owing,
               coalesce(array_agg(DISTINCT t.kind::text) FILTER (WHERE t.kind IN
                   ('trace_subscriber', 'check_consumption', 'analyse_traffic', 'inspect_site')), '{}') AS awaited
        FROM cases_task t WHERE t.case_id = x.id AND t.state = 'open') AS t
    WHERE l.case_id = x.id AND (l.due_at, l.holders, l.owing, l.awaited) IS DISTINCT FROM (t.due_at, t.holders, t.owing, t.awaited)
$$;
CREATE FUNCTION case_list_of_added_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM case_list_tasks(array_agg(DISTINCT case_id)) FROM added HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION case_list_of_changed_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM case_list_tasks(array_agg(DISTINCT a.case_id)) FROM added a JOIN taken t USING (id)
    WHERE (a.state, a.due_at, a.agency_id, a.unit_id) IS DISTINCT FROM (t.state, t.due_at, t.agency_id, t.unit_id) HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- Clocks that stop or go on; an interval that only begins running beside its task says nothing new.
CREATE FUNCTION case_list_of_added_clocks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM case_list_tasks(array_agg(DISTINCT case_id)) FROM added WHERE state = 'paused' HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION case_list_of_changed_clocks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM case_list_tasks(array_agg(DISTINCT a.case_id)) FROM added a JOIN taken t USING (id)
    WHERE 'paused' IN (a.state, t.state) HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- What the lists say of these cases and of what was merged into them: the latest month's energy, and who the user seems to be.
CREATE FUNCTION case_list_lists(p_cases uuid[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE up(id) AS (
        SELECT unnest(p_cases)
        UNION SELECT c.merged_into_id FROM up JOIN cases_case c ON c.id = up.id WHERE c.merged_into_id IS NOT NULL)
    UPDATE cases_caselist l SET signal_kwh = e.kwh, site_subject = s.subject
    FROM up
    LEFT JOIN LATERAL (
        SELECT coalesce(case_figure(g.numbers ->> 'total'), case_figure(g.numbers ->> 'kwh')) AS kwh
        FROM case_family(up.id) f JOIN cases_signal g ON g.case_id = f.case_id AND g.family = 'energy' AND g.withdrawn_at IS NULL
        ORDER BY g.observed_to DESC NULLS LAST, g.id DESC LIMIT 1) AS e ON true
    LEFT JOIN LATERAL (
        SELECT x.subject FROM case_family(up.id) f JOIN cases_site x ON x.case_id = f.case_id
        WHERE x.subject <> 'unknown' ORDER BY x.created_at, x.id LIMIT 1) AS s ON true
    WHERE l.case_id = up.id AND (l.signal_kwh, l.site_subject) IS DISTINCT FROM (e.kwh, s.subject)
$$;
CREATE FUNCTION case_list_of_evidence() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'cases_signal' THEN
        PERFORM case_list_lists(array_agg(DISTINCT case_id)) FROM added WHERE family = 'energy' HAVING count(*) > 0;
    ELSE
        PERFORM case_list_lists(array_agg(DISTINCT case_id)) FROM added WHERE subject <> 'unknown' HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION case_list_rebuild() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_n integer;
BEGIN
    DELETE FROM cases_caselist;
    INSERT INTO cases_caselist (case_id, stage, level, outcome, region_code, lead_id, updated_at, subject, kwh, strengths)
    SELECT id, stage, level, outcome, region_code, lead_agency_id, updated_at, case_said_subject(facts),
           case_figure(facts #>> '{findings,check_consumption,monthly_kwh}'), case_strengths(facts) FROM cases_case;
    GET DIAGNOSTICS v_n = ROW_COUNT;
    PERFORM case_list_tasks(ARRAY(SELECT DISTINCT case_id FROM cases_task WHERE state = 'open'));
    PERFORM case_list_lists(ARRAY(SELECT case_id FROM cases_signal WHERE family = 'energy' AND withdrawn_at IS NULL
                                  UNION SELECT case_id FROM cases_site WHERE subject <> 'unknown'));
    RETURN v_n;
END $$;

CREATE TRIGGER case_list_of_new AFTER INSERT ON cases_case REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_new();
CREATE TRIGGER case_list_of_changed AFTER UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION case_list_of_changed();
CREATE TRIGGER case_list_of_added_tasks AFTER INSERT ON cases_task REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_added_tasks();
CREATE TRIGGER case_list_of_changed_tasks AFTER UPDATE ON cases_task REFERENCING NEW TABLE AS added OLD TABLE AS taken
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_changed_tasks();
CREATE TRIGGER case_list_of_added_clocks AFTER INSERT ON cases_clockinterval REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_added_clocks();
CREATE TRIGGER case_list_of_changed_clocks AFTER UPDATE ON cases_clockinterval
    REFERENCING NEW TABLE AS added OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_changed_clocks();
CREATE TRIGGER case_list_of_added_signals AFTER INSERT ON cases_signal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_evidence();
CREATE TRIGGER case_list_of_changed_signals AFTER UPDATE ON cases_signal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_evidence();
CREATE TRIGGER case_list_of_added_sites AFTER INSERT ON cases_site REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_evidence();
CREATE TRIGGER case_list_of_changed_sites AFTER UPDATE ON cases_site REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_list_of_evidence();
SELECT case_list_rebuild();
-- With cases in the base: a table with checks that wait for the end of the transaction cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
SELECT sight_wall('cases_caselist'::regclass, 'false');
