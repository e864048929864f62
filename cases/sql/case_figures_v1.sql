-- What the dashboard counts of a case, beside the case: narrow, so that a hundred thousand cases are counted in one pass
-- without opening their facts. Written with the case, in its transaction: the figures are never older than the case.

CREATE TABLE cases_casefigure (
    case_id uuid PRIMARY KEY REFERENCES cases_case (id) ON DELETE CASCADE,
    region_code varchar(6) NOT NULL,
    stage varchar(16) NOT NULL,
    outcome varchar(24),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    -- Monitored further until a day of review (持续监测).
    watched boolean NOT NULL,
    -- Sent to the agencies for verification in this round.
    dispatched boolean NOT NULL,
    -- The finding as lists are answered with it (cases/intake/feedback/answers.py); '' while nobody has decided it.
    finding text NOT NULL,
    subject text NOT NULL,
    cut_at timestamptz,
    charged boolean NOT NULL,
    -- Monthly energy in kWh of mining that is confirmed, and when it ended: cut, stopped or closed.
    kwh numeric,
    ended_at timestamptz
);

CREATE TABLE cases_billfigure (
    case_id uuid NOT NULL REFERENCES cases_case (id) ON DELETE CASCADE,
    no text NOT NULL,
    month varchar(7) NOT NULL,
    issued_at timestamptz NOT NULL,
    surcharge numeric NOT NULL,
    -- The surcharge's part of what was paid on the bill.
    collected numeric NOT NULL,
    PRIMARY KEY (case_id, no)
);

-- case_finding v1: the decided finding of a case, as `cases.intake.feedback.answers` tells it.
CREATE FUNCTION case_finding(p_stage text, p_outcome text, p_facts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN p_stage = 'closed' AND ended.finding IS NOT NULL AND (NOT decided.yes OR p_outcome = 'false_positive') THEN ended.finding
        WHEN NOT decided.yes THEN ''
        WHEN p_stage = 'verification' AND decided.kinds <> '["refer"]' THEN ''
        WHEN p_stage = 'monitoring' AND NOT decided.kinds ? 'continue_monitoring' THEN ''
        ELSE coalesce(p_facts #>> '{determination,finding}', '') END
    FROM (SELECT coalesce(p_facts #>> '{determination,state}' = 'decided', false) AS yes,
                 coalesce(jsonb_path_query_array(p_facts, '$.determination.disposals[*].kind'), '[]') AS kinds) decided,
         (SELECT CASE p_outcome WHEN 'false_positive' THEN 'false_positive' WHEN 'compromised_victim' THEN 'compromised'
                 WHEN 'self_stopped' THEN 'already_stopped' WHEN 'not_found' THEN 'not_locatable'
                 WHEN 'transferred' THEN 'outside_jurisdiction' END AS finding) ended
$$;

-- case_figure v1: the row of one case.
CREATE FUNCTION case_figure(c cases_case) RETURNS cases_casefigure
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ROW(c.id, c.region_code, c.stage, c.outcome, c.opened_at, c.closed_at,
        c.stage = 'monitoring' AND c.review_on IS NOT NULL,
        c.stage = 'verification' OR c.facts ? 'dispatch',
        found.finding,
        coalesce(nullif(c.facts #>> '{determination,subject}', ''), nullif(c.facts #>> '{findings,inspect_site,subject}', ''),
                 nullif(c.facts #>> '{findings,trace_subscriber,subject}', ''), 'unknown'),
        found.cut_at,
        found.charged,
        CASE WHEN found.finding IN ('self_operated', 'hosted') AND c.outcome IS DISTINCT FROM 'merged'
              AND c.facts #>> '{findings,check_consumption,monthly_kwh}' ~ '^[0-9]{1,12}([.][0-9]{1,6})?$'
             THEN (c.facts #>> '{findings,check_consumption,monthly_kwh}')::numeric END,
        least(found.cut_at, found.stopped_at, c.closed_at))::cases_casefigure
    FROM (SELECT case_finding(c.stage, c.outcome, c.facts) AS finding,
                 (c.facts #>> '{suspension,executed_at}')::timestamptz AS cut_at,
                 ((c.facts #>> '{cessation,stopped_on}')::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS stopped_at,
                 coalesce(jsonb_path_exists(c.facts, '$.surcharge ? (@.state == "accepted" || @.state == "notified"
                     || @.state == "billing" || @.state == "ended")')
                 OR jsonb_path_exists(c.facts, '$.surcharge.earlier[*] ? (@.state == "accepted" || @.state == "notified"
                     || @.state == "billing" || @.state == "ended")'), false) AS charged) found
$$;

-- case_bill_figures v1: the bills of one case; one that was refused asks for nothing.
CREATE FUNCTION case_bill_figures(c cases_case) RETURNS SETOF cases_billfigure
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ROW(c.id, b ->> 'no', left(b ->> 'month', 7), (b #>> '{issued,at}')::timestamptz, (b ->> 'surcharge')::numeric,
        CASE WHEN (b ->> 'amount')::numeric > 0 THEN round((b ->> 'surcharge')::numeric
            * least(greatest(coalesce((b ->> 'paid')::numeric, 0), 0) / (b ->> 'amount')::numeric, 1), 2) ELSE 0 END)::cases_billfigure
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(c.facts #> '{surcharge,bills}') = 'array'
                              THEN c.facts #> '{surcharge,bills}' ELSE '[]' END) b
    WHERE b ->> 'state' <> 'refused' AND b ->> 'surcharge' IS NOT NULL
$$;

-- case_note_figures v1: of cases that were opened or changed; what stays the same is not written again.
CREATE FUNCTION case_note_figures() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cases_casefigure AS f SELECT (case_figure(c)).* FROM added a JOIN cases_case c ON c.id = a.id
    ON CONFLICT (case_id) DO UPDATE SET (region_code, stage, outcome, opened_at, closed_at, watched, dispatched, finding, subject, cut_at,
            charged, kwh, ended_at)
        = ROW (excluded.region_code, excluded.stage, excluded.outcome, excluded.opened_at, excluded.closed_at, excluded.watched,
            excluded.dispatched, excluded.finding, excluded.subject, excluded.cut_at, excluded.charged, excluded.kwh, excluded.ended_at)
    WHERE f IS DISTINCT FROM excluded;
    DELETE FROM cases_billfigure b USING cases_case c WHERE c.id = b.case_id AND b.case_id IN (SELECT id FROM added)
        AND NOT EXISTS (SELECT FROM case_bill_figures(c) n WHERE n IS NOT DISTINCT FROM b);
    INSERT INTO cases_billfigure SELECT n.* FROM added a JOIN cases_case c ON c.id = a.id, LATERAL case_bill_figures(c) n
    WHERE c.facts ? 'surcharge' ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER case_figures_of_new AFTER INSERT ON cases_case REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_note_figures();
CREATE TRIGGER case_figures_of_changed AFTER UPDATE ON cases_case REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION case_note_figures();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_figures_of_new;
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_figures_of_changed;

-- case_figures_rebuild v1: all rows anew, for a database that was filled past the triggers; returns how many were wrong.
CREATE FUNCTION case_figures_rebuild() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_wrong bigint := case_figures_wrong();
BEGIN
    LOCK TABLE cases_case IN SHARE MODE;
    DELETE FROM cases_casefigure;
    DELETE FROM cases_billfigure;
    INSERT INTO cases_casefigure SELECT (case_figure(c)).* FROM cases_case c;
    INSERT INTO cases_billfigure SELECT n.* FROM cases_case c, LATERAL case_bill_figures(c) n WHERE c.facts ? 'surcharge';
    RETURN v_wrong;
END $$;

-- case_figures_wrong v1: how many cases have other figures than their rows say, or none.
CREATE FUNCTION case_figures_wrong() RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM cases_case c LEFT JOIN cases_casefigure f ON f.case_id = c.id
            WHERE f IS DISTINCT FROM case_figure(c))
         + (SELECT count(*) FROM (SELECT n.* FROM cases_case c, LATERAL case_bill_figures(c) n WHERE c.facts ? 'surcharge') n
            FULL JOIN cases_billfigure b ON b.case_id = n.case_id AND b.no = n.no
            WHERE (b.surcharge, b.collected, b.month, b.issued_at) IS DISTINCT FROM (n.surcharge, n.collected, n.month, n.issued_at))
$$;

-- case_figures_seen v1: the figures of cases in the sight of whoever looks, through the agencies of these keys. Behind the
-- wall each row would be asked for by itself. Watching: those that a commission leads or that it or a supervision watches
-- over; else every case that an agency takes part in, of which only what stands in the head of a case is told.
CREATE FUNCTION case_figures_seen(p_keys bigint[], p_watching boolean) RETURNS SETOF cases_casefigure
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20000 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.case_id, f.region_code, f.stage, f.outcome, f.opened_at, f.closed_at,
        f.watched AND p_watching, f.dispatched AND p_watching, CASE WHEN p_watching THEN f.finding ELSE '' END,
        CASE WHEN p_watching THEN f.subject ELSE '' END, CASE WHEN p_watching THEN f.cut_at END, f.charged AND p_watching,
        CASE WHEN p_watching THEN f.kwh END, CASE WHEN p_watching THEN f.ended_at END
    FROM cases_casefigure f
    WHERE EXISTS (
        SELECT FROM cases_caseagency ca JOIN agencies_agency a ON a.id = ca.agency_id
        WHERE ca.case_id = f.case_id AND ca.agency_id = ANY (SELECT unnest(p_keys) / 4)
          AND ca.agency_id * 4 + ca.rank = ANY (p_keys)
          AND (sight_may('cases_case SELECT') OR ca.agency_id * 4 + ca.rank = ANY (sight_keys()))
          AND (NOT p_watching OR a.kind IN ('development_commission', 'supervision')
               AND (ca.relation = 'lead' OR ca.relation = 'supervisor' AND starts_with(f.region_code, a.region_id))))
$$;

-- bill_figures_seen v1: the bills of these cases. Not watching: through a grid company alone, to which the lists are sent.
CREATE FUNCTION bill_figures_seen(p_keys bigint[], p_watching boolean) RETURNS SETOF cases_billfigure
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5000 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT b.* FROM cases_billfigure b JOIN cases_casefigure f ON f.case_id = b.case_id
    WHERE EXISTS (
        SELECT FROM cases_caseagency ca JOIN agencies_agency a ON a.id = ca.agency_id
        WHERE ca.case_id = b.case_id AND ca.agency_id * 4 + ca.rank = ANY (p_keys)
          AND (sight_may('cases_case SELECT') OR ca.agency_id * 4 + ca.rank = ANY (sight_keys()))
          AND CASE WHEN p_watching THEN a.kind IN ('development_commission', 'supervision')
                   AND (ca.relation = 'lead' OR ca.relation = 'supervisor' AND starts_with(f.region_code, a.region_id))
              ELSE a.kind = 'grid_company' END)
$$;

INSERT INTO cases_casefigure SELECT (case_figure(c)).* FROM cases_case c;
INSERT INTO cases_billfigure SELECT n.* FROM cases_case c, LATERAL case_bill_figures(c) n WHERE c.facts ? 'surcharge';
-- With cases in the base: a table with checks that wait for the end of the transaction cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
SELECT sight_wall('cases_casefigure', 'false'), sight_wall('cases_billfigure', 'false');
