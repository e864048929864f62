-- case_commit v6: as v5, but the ledger of intervals is kept by case_clock, which knows units, persons and deadlines.
-- The one way in. Writes decided acts, each given as the bytes of its audit event; first events of
-- cases all at once (case_open_many), those of cases that exist one after another. The two kinds do not come in one call.
--
-- p_bodies[i]  RFC 8785 JSON of the event; everything that changes about the case is read from it, so the case can
--              always be rebuilt from its events (see cases/workflow/replay/ for the same fold in Python).
-- p_side[i-1]  what may not stand in an event or is no state: {"outbox": […], "sealed": {"salt": hex, "data": RFC 8785 text},
--              "paper": the text of the document, "idempotency": {"key", "hash", "response"}}
-- Returns a JSON array of {"event_id", "leaf"}, in order. SQLSTATE LZ001: the event does not follow the case's head;
-- LZ004: no event of a case, a document whose number was not drawn, or one without the text that its event promises; LZ005: sealed data that the event does not promise,
-- or a promise without them.
CREATE OR REPLACE FUNCTION case_commit(p_bodies bytea[], p_side jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    i integer;
    b jsonb;
    k jsonb;
    s jsonb;
    v_case uuid;
    v_seq integer;
    v_at timestamptz;
    v_from text;
    v_to text;
    v_leaf bytea;
    v_event bigint;
    v_n integer;
    v_old cases_case;
    v_paper bytea;
    v_result jsonb := '[]';
BEGIN
    IF (convert_from(p_bodies[1], 'UTF8')::jsonb -> 'seq') = '1' THEN
        RETURN case_open_many(p_bodies, p_side);
    END IF;
    FOR i IN 1 .. array_length(p_bodies, 1) LOOP
        b := convert_from(p_bodies[i], 'UTF8')::jsonb;
        s := p_side -> (i - 1);
        k := coalesce(b -> 'case', '{}');
        v_case := substr(b ->> 'stream', 6)::uuid;
        IF (b ->> 'stream') IS DISTINCT FROM 'case/' || v_case THEN
            RAISE EXCEPTION 'not the stream of a case: %', b ->> 'stream' USING ERRCODE = 'LZ004';
        END IF;
        v_seq := (b ->> 'seq')::integer;
        v_at := (b ->> 'at')::timestamptz;
        v_from := b ->> 'from';
        v_to := b ->> 'to';
        v_leaf := sha256('\x00'::bytea || p_bodies[i]);

        -- The case itself.
        SELECT * INTO v_old FROM cases_case WHERE id = v_case FOR UPDATE;
        IF NOT FOUND OR v_old.version IS DISTINCT FROM v_seq - 1 OR v_old.stage IS DISTINCT FROM v_from
           OR v_old.head IS DISTINCT FROM decode(b ->> 'prev', 'hex') THEN
            RAISE EXCEPTION 'event % does not follow the head of case %', v_seq, v_case USING ERRCODE = 'LZ001';
        END IF;
        UPDATE cases_case SET
            stage = v_to,
            version = v_seq,
            head = v_leaf,
            facts = CASE WHEN b ? 'set' OR b ? 'unset'
                         THEN (facts || coalesce(b -> 'set', '{}'))
                              - coalesce(ARRAY(SELECT jsonb_array_elements_text(b -> 'unset')), '{}')
                         ELSE facts END,
            outcome = CASE WHEN k ? 'outcome' THEN k ->> 'outcome' ELSE outcome END,
            review_on = CASE WHEN k ? 'review_on' THEN (k ->> 'review_on')::date ELSE review_on END,
            merged_into_id = CASE WHEN k ? 'merged_into' THEN (k ->> 'merged_into')::uuid ELSE merged_into_id END,
            level = coalesce(k ->> 'level', level),
            title = coalesce(k ->> 'title', title),
            region_code = coalesce(k ->> 'region_code', region_code),
            lead_agency_id = coalesce((k ->> 'lead_agency_id')::bigint, lead_agency_id),
            confidentiality = coalesce(k ->> 'confidentiality', confidentiality),
            updated_at = v_at,
            stage_since = CASE WHEN k ? 'stage_since' THEN (k ->> 'stage_since')::timestamptz
                               WHEN v_to <> stage THEN v_at ELSE stage_since END,
            closed_at = CASE WHEN v_to = 'closed' THEN coalesce(closed_at, v_at) END
        WHERE id = v_case;
        v_event := audit_append_internal(p_bodies[i]);

        -- Who sees the case from now on; what is said here goes before what a task implies.
        IF b ? 'share' THEN
            INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
            SELECT x.agency, v_case, x.relation, v_at
            FROM jsonb_to_recordset(b -> 'share') AS x(agency bigint, relation text)
            ON CONFLICT (agency_id, case_id) DO UPDATE SET relation = excluded.relation;
        END IF;

        -- Tasks that end with this act.
        IF b ? 'close' THEN
            WITH ended AS (
                UPDATE cases_task t SET state = x.state, closed_at = v_at, closed_seq = v_seq
                FROM jsonb_to_recordset(b -> 'close') AS x(id uuid, state text)
                WHERE t.id = x.id AND t.case_id = v_case AND t.state = 'open'
                RETURNING t.id, t.agency_id, t.region_code, t.stage, t.rank
            ), counted AS (
                INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
                SELECT agency_id, region_code, stage, rank, -1 FROM ended
            )
            SELECT count(*) INTO v_n FROM ended;
            IF v_n <> jsonb_array_length(b -> 'close') THEN
                RAISE EXCEPTION 'a task named in event % of case % is not open', v_seq, v_case USING ERRCODE = 'LZ001';
            END IF;
        END IF;

        -- Tasks that outlive a change of stage or region keep standing in the right list.
        IF v_to <> v_from OR k ? 'region_code' THEN
            WITH before AS (
                SELECT id, agency_id, region_code, stage, rank FROM cases_task
                WHERE case_id = v_case AND state = 'open'
            ), moved AS (
                UPDATE cases_task t SET stage = v_to, region_code = coalesce(k ->> 'region_code', t.region_code)
                FROM before WHERE t.id = before.id
                RETURNING t.agency_id, t.region_code, t.stage, t.rank
            )
            INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
            SELECT agency_id, region_code, stage, rank, -1 FROM before
            UNION ALL SELECT agency_id, region_code, stage, rank, 1 FROM moved;
        END IF;

        -- Tasks that begin, and tasks that had ended with a merge and go on as the ones they were.
        IF b ? 'open' THEN
            WITH begun AS (
                INSERT INTO cases_task AS t (id, case_id, kind, agency_id, unit_id, roles, assignee_id, state, stage,
                                        region_code, rank, opened_at, due_at, due_rule, provisional, accepted_at,
                                        returns, data, opened_seq)
                SELECT x.id, v_case, x.kind, x.agency, x.unit, x.roles, x.assignee, 'open', v_to,
                       c.region_code, agencies_rank(c.confidentiality), v_at, x.due, x.due_rule,
                       coalesce(x.provisional, false), x.accepted_at, coalesce(x.returns, 0), coalesce(x.data, '{}'), v_seq
                FROM cases_case c, jsonb_to_recordset(b -> 'open') AS x(id uuid, kind text, agency bigint, unit bigint, roles text[],
                     assignee bigint, due timestamptz, due_rule text, provisional boolean, accepted_at timestamptz,
                     returns integer, data jsonb)
                WHERE c.id = v_case
                ON CONFLICT (id) DO UPDATE SET state = 'open', closed_at = NULL, closed_seq = NULL,
                    stage = excluded.stage, region_code = excluded.region_code, rank = excluded.rank, due_at = excluded.due_at,
                    provisional = excluded.provisional
                    WHERE t.case_id = v_case AND t.kind = excluded.kind AND t.state = 'cancelled'
                RETURNING id, agency_id, unit_id, region_code, stage, rank
            ), counted AS (
                INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, rank, n)
                SELECT agency_id, region_code, stage, rank, 1 FROM begun
            ), shared AS (
                INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
                SELECT agency_id, v_case, 'task', v_at FROM begun
                UNION SELECT unit_id, v_case, 'unit', v_at FROM begun WHERE unit_id IS NOT NULL
                ORDER BY 3  -- an agency that is both sees the case through its own task
                ON CONFLICT DO NOTHING
            )
            SELECT count(*) INTO v_n FROM begun;
            IF v_n <> jsonb_array_length(b -> 'open') THEN
                RAISE EXCEPTION 'a task named in event % of case % cannot go on', v_seq, v_case USING ERRCODE = 'LZ001';
            END IF;
        END IF;

        -- Tasks that change hands, are received or get another date.
        IF b ? 'touch' THEN
            WITH touched AS (
                UPDATE cases_task t SET
                    accepted_at = CASE WHEN x ? 'accepted_at' THEN (x ->> 'accepted_at')::timestamptz ELSE t.accepted_at END,
                    assignee_id = CASE WHEN x ? 'assignee_id' THEN (x ->> 'assignee_id')::bigint ELSE t.assignee_id END,
                    unit_id = CASE WHEN x ? 'unit_id' THEN (x ->> 'unit_id')::bigint ELSE t.unit_id END,
                    due_at = CASE WHEN x ? 'due_at' THEN (x ->> 'due_at')::timestamptz ELSE t.due_at END,
                    due_rule = CASE WHEN x ? 'due_rule' THEN x ->> 'due_rule' ELSE t.due_rule END,
                    provisional = CASE WHEN x ? 'provisional' THEN (x ->> 'provisional')::boolean ELSE t.provisional END,
                    returns = CASE WHEN x ? 'returns' THEN (x ->> 'returns')::integer ELSE t.returns END,
                    data = CASE WHEN x ? 'data' THEN t.data || (x -> 'data') ELSE t.data END
                FROM jsonb_array_elements(b -> 'touch') AS x
                WHERE t.id = (x ->> 'id')::uuid AND t.case_id = v_case AND t.state = 'open'
                RETURNING t.unit_id
            ), shared AS (
                INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
                SELECT DISTINCT unit_id, v_case, 'unit', v_at FROM touched WHERE unit_id IS NOT NULL
                ON CONFLICT DO NOTHING
            )
            SELECT count(*) INTO v_n FROM touched;
            IF v_n <> jsonb_array_length(b -> 'touch') THEN
                RAISE EXCEPTION 'a task named in event % of case % is not open', v_seq, v_case USING ERRCODE = 'LZ001';
            END IF;
        END IF;

        -- Clocks stop or go on only of tasks of this case.
        IF b ? 'clock' THEN
            SELECT count(DISTINCT t.id) INTO v_n FROM jsonb_to_recordset(b -> 'clock') AS x(task uuid)
            JOIN cases_task t ON t.id = x.task AND t.case_id = v_case;
            IF v_n <> jsonb_array_length(b -> 'clock') THEN
                RAISE EXCEPTION 'a task named in event % is not one of case %', v_seq, v_case USING ERRCODE = 'LZ001';
            END IF;
        END IF;

        IF b ?| '{close,open,touch,clock}' THEN
            PERFORM case_clock(v_case, v_seq, v_at, b);
        END IF;

        IF b ? 'document' THEN
            INSERT INTO cases_document (id, case_id, kind, agency_id, year, serial, number, attachment_id, event_seq, at,
                                        sha256, template, template_sha256)
            SELECT x.id, v_case, x.kind, x.agency, x.year, x.serial, x.number, x.attachment, v_seq, v_at,
                   x.sha256, x.template, x.template_sha256
            FROM jsonb_to_record(b -> 'document') AS x(id uuid, kind text, agency bigint, year integer, serial integer,
                 number text, attachment uuid, sha256 text, template text, template_sha256 text)
            WHERE EXISTS (SELECT FROM cases_documentseries d WHERE d.agency_id = x.agency AND d.kind = x.kind
                          AND d.year = x.year AND d.last >= x.serial);
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the document of event % of case % has a number that was not drawn', v_seq, v_case
                    USING ERRCODE = 'LZ004';
            END IF;
            v_paper := convert_to(s ->> 'paper', 'UTF8');
            IF v_paper IS NULL OR encode(sha256(v_paper), 'hex') IS DISTINCT FROM b #>> '{document,sha256}' THEN
                RAISE EXCEPTION 'event % of case % issues a document without the text that it promises', v_seq, v_case
                    USING ERRCODE = 'LZ004';
            END IF;
            INSERT INTO cases_documentversion (document_id, version, content, sha256, earlier, template, template_sha256,
                                               reason, made_by_id, at)
            SELECT x.id, 1, v_paper, x.sha256, '', x.template, x.template_sha256, '', (b #>> '{actor,id}')::bigint, v_at
            FROM jsonb_to_record(b -> 'document') AS x(id uuid, sha256 text, template text, template_sha256 text);
        END IF;

        IF s ? 'outbox' THEN
            INSERT INTO cases_outbox (case_id, seq, topic, agency_id, payload, created_at)
            SELECT v_case, v_seq, x.topic, x.agency, x.payload, v_at
            FROM jsonb_to_recordset(s -> 'outbox') AS x(topic text, agency bigint, payload jsonb);
        END IF;
        IF s ? 'sealed' THEN
            PERFORM audit_seal(v_event, decode(s #>> '{sealed,salt}', 'hex'),
                               convert_to(s #>> '{sealed,data}', 'UTF8'));
        ELSIF b ? 'sealed' THEN
            RAISE EXCEPTION 'event % of case % promises sealed data that are not there', v_seq, v_case
                USING ERRCODE = 'LZ005';
        END IF;
        v_result := v_result || jsonb_build_object('event_id', v_event, 'leaf', encode(v_leaf, 'hex'));
        IF s ? 'idempotency' THEN
            INSERT INTO cases_idempotencykey (actor_id, key, request_hash, response, created_at)
            VALUES ((b #>> '{actor,id}')::bigint, s #>> '{idempotency,key}', s #>> '{idempotency,hash}',
                    (s #> '{idempotency,response}') || (v_result -> -1), v_at);
        END IF;
    END LOOP;
    RETURN v_result::text;
END $$;
