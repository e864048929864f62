-- Fill a migrated, empty database with %(n)s cases, set-based, as a superuser. Deterministic: no random().
--
-- The commission, the grid company and the cyberspace office of each city, 333 of them (fewer where there are few cases),
-- and a province's supervision: 1000 agencies.
-- 45 of 100 cases lie in Xuzhou (3203) and 82 of 100 of those in one district, so that one commission's list is long
-- enough to be 1,000 pages deep, even filtered by district and stage. People grow with the work, as in an office:
-- the load of one person and week stays the same at every size.
-- Each case has 3 events whose bytes, chain and columns are those that `case_commit` would have written; agencies,
-- accounts and roles have theirs too.

-- Two numbers between 0 and 1 for every case, from its hash.
CREATE FUNCTION pg_temp.share(k bigint, salt integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT abs(hashint8extended(k, salt) %% 1000000) / 1000000.0
$$;
CREATE FUNCTION pg_temp.id7(at timestamptz, k text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(k), 1, 3)
            || '8' || substr(md5(k), 4, 15))::uuid
$$;
CREATE FUNCTION pg_temp.stamp(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

CREATE TEMP TABLE city AS
    SELECT row_number() OVER (ORDER BY code <> '3203', code) AS i, code, gb_code, name
    FROM agencies_region WHERE level = 'city' ORDER BY 1 LIMIT %(cities)s;
INSERT INTO agencies_agency (code, kind, region_id, parent_id, name, short_name, monogram, duties, partner_sort, active)
    SELECT gb_code || '-' || k.suffix, k.kind, code, NULL::bigint, city.name || k.name, k.name, k.monogram, '{}'::text[], '', true
    FROM city, (VALUES ('drc', 'development_commission', '发改委', '发'), ('grid', 'grid_company', '供电公司', '电'),
                       ('cac', 'cyberspace_office', '网信办', '网')) AS k (suffix, kind, name, monogram)
    UNION ALL SELECT '320000-supervision', 'supervision', '32', NULL::bigint, '江苏省督查', '督查', '督', '{}'::text[], '', true;
CREATE TEMP TABLE seat AS
    SELECT city.i, city.code AS city, d.id AS drc, g.id AS grid, c.id AS cac, CASE WHEN city.i = 1 THEN %(people)s ELSE 3 END AS people,
           s.id AS supervision, array(SELECT r.code::text FROM agencies_region r WHERE r.parent_id = city.code ORDER BY r.code) AS districts
    FROM city
    JOIN agencies_agency d ON d.code = city.gb_code || '-drc'
    JOIN agencies_agency g ON g.code = city.gb_code || '-grid'
    JOIN agencies_agency c ON c.code = city.gb_code || '-cac'
    LEFT JOIN agencies_agency s ON s.code = '320000-supervision' AND city.code LIKE '32%%';
UPDATE seat SET districts = ARRAY[city::text] WHERE districts = '{}';

INSERT INTO agencies_user (password, username, display_name, staff_no, language, is_active, is_system, created_at, agency_id)
    SELECT '!', a.code || '-p' || p, '人员' || p, '', 'zh', true, false, '2025-10-01Z', a.id
    FROM agencies_agency a LEFT JOIN city ON city.gb_code = left(a.code, 6)
    CROSS JOIN LATERAL generate_series(1, CASE WHEN city.i = 1 THEN %(people)s ELSE 3 END) AS p;
INSERT INTO agencies_membership (user_id, agency_id, role, active, since, ceiling, granted_by_id)
    SELECT u.id, a.id, r.role, true, '2025-10-01Z', 'internal', (SELECT id FROM agencies_user WHERE is_system)
    FROM agencies_user u JOIN agencies_agency a ON u.username LIKE a.code || '-p%%'
    CROSS JOIN LATERAL unnest(CASE a.kind WHEN 'supervision' THEN ARRAY['supervisor'] ELSE ARRAY['handler', 'reviewer'] END) AS r (role);

-- How they came to be: an event for each agency, each account and each role, in chains of their own.
CREATE FUNCTION pg_temp.made(action text, data text, prev bytea, seq integer, stream text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to('{"action":"' || action || '","actor":{"agency":null,"id":' || id || ',"role":"","username":"system"},'
        || '"at":"2025-10-01T00:00:00.000000Z","data":' || data || ',"prev":"' || encode(prev, 'hex') || '","seq":' || seq
        || ',"stream":"' || stream || '","v":1}', 'UTF8') FROM agencies_user WHERE is_system
$$;
CREATE TEMP TABLE made AS
    SELECT 'agency/' || code AS stream, 1 AS seq, decode(repeat('00', 32), 'hex') AS prev, 'agency_created' AS action,
           pg_temp.made('agency_created', '{"agency":' || id || ',"agency_name":"' || name || '","duties":[],"kind":"' || kind
               || '","monogram":"' || monogram || '","parent":null,"partner_sort":"","region":"' || region_id
               || '","short_name":"' || short_name || '"}', decode(repeat('00', 32), 'hex'), 1, 'agency/' || code) AS body
    FROM agencies_agency
    UNION ALL SELECT 'account/' || u.username, 1, decode(repeat('00', 32), 'hex'), 'account_created',
           pg_temp.made('account_created', '{"agency":' || a.id || ',"agency_code":"' || a.code || '","language":"zh","user":' || u.id
               || '}', decode(repeat('00', 32), 'hex'), 1, 'account/' || u.username)
    FROM agencies_user u JOIN agencies_agency a ON u.username LIKE a.code || '-p%%';
-- The roles of a person in their order, each behind the event before it.
CREATE TEMP TABLE held AS
    SELECT u.username, row_number() OVER (PARTITION BY u.id ORDER BY m.role) + 1 AS seq, '{"agency":' || a.id
           || ',"agency_code":"' || a.code || '","ceiling":"internal","role":"' || m.role || '","user":' || u.id || '}' AS data
    FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id JOIN agencies_agency a ON a.id = m.agency_id;
INSERT INTO made SELECT b.stream, 2, sha256('\x00'::bytea || b.body), 'role_granted',
        pg_temp.made('role_granted', h.data, sha256('\x00'::bytea || b.body), 2, b.stream)
    FROM held h JOIN made b ON b.stream = 'account/' || h.username AND b.seq = 1 WHERE h.seq = 2;
INSERT INTO made SELECT b.stream, 3, sha256('\x00'::bytea || b.body), 'role_granted',
        pg_temp.made('role_granted', h.data, sha256('\x00'::bytea || b.body), 3, b.stream)
    FROM held h JOIN made b ON b.stream = 'account/' || h.username AND b.seq = 2 WHERE h.seq = 3;
INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id)
    SELECT stream, seq, prev, body, sha256('\x00'::bytea || body), '2025-10-01Z', action,
           (SELECT id FROM agencies_user WHERE is_system) FROM made ORDER BY stream, seq;

CREATE TEMP TABLE person AS
    SELECT m.agency_id, row_number() OVER (PARTITION BY m.agency_id ORDER BY u.id) - 1 AS k, u.id, u.username
    FROM agencies_user u JOIN agencies_membership m ON m.user_id = u.id AND m.role IN ('handler', 'supervisor');
CREATE UNIQUE INDEX ON person (agency_id, k);

CREATE TEMP TABLE k AS
    SELECT n, pg_temp.id7(t0, n || 'case') AS id, t0, s.city, s.drc, s.grid, s.cac, s.supervision, s.people,
           CASE WHEN s.i = 1 AND pg_temp.share(n, 2) < 0.82 THEN '320302'
                ELSE s.districts[1 + floor(pg_temp.share(n, 3) * cardinality(s.districts))::int] END AS region,
           CASE WHEN r < 0.55 THEN 'closed' WHEN r < 0.84 THEN 'verification' WHEN r < 0.90 THEN 'monitoring'
                WHEN r < 0.96 THEN 'suspension' ELSE 'penalty_tariff' END AS stage,
           pg_temp.share(n, 5) < 0.5 AS by_grid, pg_temp.share(n, 6) < 0.35 AS by_both, pg_temp.share(n, 7) < 0.2 AS urgent,
           (ARRAY['云海', '彭城', '淮盛', '新沂', '柳新', '碾庄', '大许', '王集', '极光', '星轨'])[1 + n %% 10]
           || (ARRAY['网吧', '出租屋', '冷库', '养殖场', '机房', '物流园', '旧仓库', '门面房', '加工厂', '培训中心', '写字楼'])[1 + n %% 11] || n || '号' AS title,
           pg_temp.id7(t0, n || 'a') AS t1, pg_temp.id7(t0 + interval '2 days', n || 'b') AS t2,
           pg_temp.id7(t0 + interval '2 days', n || 'c') AS t3, pg_temp.id7(t0 + interval '9 days', n || 'd') AS t4
    FROM (SELECT n, timestamptz '2025-11-01Z' + n * (interval '370 days' / %(n)s) AS t0, pg_temp.share(n, 4) AS r,
                 CASE WHEN n %% 100 < 45 THEN 1 ELSE 2 + floor(pg_temp.share(n, 1) * (%(cities)s - 1))::int END AS i
          FROM generate_series(1, %(n)s) AS n) AS x
    JOIN seat s USING (i);

-- What each case's three events do. Bodies are RFC 8785 by construction: sorted ASCII keys, no white space, no floats.
CREATE TEMP TABLE first AS
    SELECT k.n, convert_to('{"action":"open_case","actor":{"agency":' || drc || ',"id":' || p.id || ',"role":"handler","username":"'
        || p.username || '"},"at":"' || pg_temp.stamp(t0) || '","case":{"confidentiality":"ordinary","lead_agency_id":' || drc
        || ',"level":"' || CASE WHEN urgent THEN 'priority' ELSE 'normal' END || '","number":"BN26-' || lpad(k.n::text, 7, '0')
        || '","region_code":"' || region || '","source":"trace","title":"' || title || '"},"open":[{"agency":' || drc || ',"due":"'
        || pg_temp.stamp(t0 + interval '3 days') || '","due_rule":"3wd","id":"' || t1
        || '","kind":"triage","roles":["handler"]}],"prev":"' || repeat('0', 64) || '","rules":"bench","seq":1,"share":[{"agency":'
        || drc || ',"relation":"lead"}' || coalesce(',{"agency":' || supervision || ',"relation":"supervisor"}', '')
        || '],"stream":"case/' || k.id || '","to":"monitoring","v":1}', 'UTF8') AS body, t0 AS at, 'open_case' AS action, p.id AS actor, drc AS agency
    FROM k JOIN person p ON p.agency_id = k.drc AND p.k = floor(pg_temp.share(k.n, 8) * k.people);

CREATE TEMP TABLE second AS
    SELECT k.n, convert_to('{"action":"' || x.action || '","actor":{"agency":' || drc || ',"id":' || p.id
        || ',"role":"handler","username":"' || p.username || '"},"at":"' || pg_temp.stamp(t0 + interval '2 days') || '",'
        || CASE WHEN stage = 'monitoring' THEN '' ELSE '"close":[{"id":"' || t1 || '","state":"done"}],' END
        || '"from":"monitoring",'
        || CASE WHEN stage = 'monitoring' THEN '' ELSE '"open":[{"agency":' || CASE WHEN by_grid THEN grid ELSE cac END || ',"due":"'
            || pg_temp.stamp(t0 + interval '7 days') || '","due_rule":"5wd","id":"' || t2 || '","kind":"'
            || CASE WHEN by_grid THEN 'check_consumption' ELSE 'analyse_traffic' END || '","roles":["handler"]}'
            || CASE WHEN by_both THEN ',{"agency":' || CASE WHEN by_grid THEN cac ELSE grid END || ',"due":"'
            || pg_temp.stamp(t0 + interval '7 days') || '","due_rule":"5wd","id":"' || t3 || '","kind":"'
            || CASE WHEN by_grid THEN 'analyse_traffic' ELSE 'check_consumption' END || '","roles":["handler"]}' ELSE '' END || '],' END
        || '"prev":"' || encode(sha256('\x00'::bytea || f.body), 'hex') || '","rules":"bench","seq":2,"stream":"case/' || k.id
        || '","to":"' || CASE WHEN stage = 'monitoring' THEN 'monitoring' ELSE 'verification' END || '","v":1}', 'UTF8') AS body,
        t0 + interval '2 days' AS at, x.action, p.id AS actor, drc AS agency
    FROM k JOIN first f USING (n) JOIN person p ON p.agency_id = k.drc AND p.k = floor(pg_temp.share(k.n, 9) * k.people)
    CROSS JOIN LATERAL (SELECT CASE WHEN stage = 'monitoring' THEN 'attach_signal' ELSE 'dispatch_verification' END) AS x (action);

CREATE TEMP TABLE third AS
    SELECT k.n, convert_to('{"action":"' || x.action || '","actor":{"agency":' || x.agency || ',"id":' || p.id
        || ',"role":"handler","username":"' || p.username || '"},"at":"' || pg_temp.stamp(t0 + interval '9 days') || '",'
        || CASE WHEN stage = 'closed' THEN '"case":{"outcome":"handled"},' ELSE '' END
        || CASE WHEN stage = 'monitoring' THEN '' ELSE '"close":[{"id":"' || t2 || '","state":"done"}'
            || CASE WHEN by_both AND stage <> 'verification' THEN ',{"id":"' || t3 || '","state":"done"}' ELSE '' END || '],' END
        || '"from":"' || CASE WHEN stage = 'monitoring' THEN 'monitoring' ELSE 'verification' END || '",'
        || CASE WHEN x.opens IS NULL THEN '' ELSE '"open":[{"agency":' || drc || ',"due":"' || pg_temp.stamp(t0 + interval '12 days')
            || '","due_rule":"3wd","id":"' || t4 || '","kind":"' || x.opens || '","roles":["handler"]}],' END
        || '"prev":"' || encode(sha256('\x00'::bytea || s.body), 'hex') || '","rules":"bench","seq":3,"stream":"case/' || k.id
        || '","to":"' || stage || '","v":1}', 'UTF8') AS body,
        t0 + interval '9 days' AS at, x.action, p.id AS actor, x.agency
    FROM k JOIN second s USING (n)
    CROSS JOIN LATERAL (SELECT CASE stage WHEN 'monitoring' THEN 'comment' WHEN 'verification'
            THEN CASE WHEN by_grid THEN 'report_consumption' ELSE 'report_traffic' END ELSE 'decide_determination' END,
        CASE WHEN stage = 'verification' AND by_grid THEN grid WHEN stage = 'verification' THEN cac ELSE drc END,
        CASE stage WHEN 'verification' THEN 'determine' WHEN 'suspension' THEN 'sign_suspension_order'
            WHEN 'penalty_tariff' THEN 'plan_surcharge' END) AS x (action, agency, opens)
    JOIN person p ON p.agency_id = x.agency AND p.k = floor(pg_temp.share(k.n, 10) * k.people);

INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id)
    SELECT 'case/' || k.id, seq, prev, body, sha256('\x00'::bytea || body), at, action, actor, agency
    FROM (SELECT n, 1 AS seq, decode(repeat('00', 32), 'hex') AS prev, body, at, action, actor, agency FROM first
          UNION ALL SELECT s.n, 2, sha256('\x00'::bytea || f.body), s.body, s.at, s.action, s.actor, s.agency FROM second s JOIN first f USING (n)
          UNION ALL SELECT t.n, 3, sha256('\x00'::bytea || s.body), t.body, t.at, t.action, t.actor, t.agency FROM third t JOIN second s USING (n)
         ) AS e JOIN k USING (n) ORDER BY at, k.n;

INSERT INTO cases_case (id, number, stage, version, region_code, level, source, title, outcome, lead_agency_id, confidentiality,
                        facts, head, opened_at, updated_at, stage_since, closed_at)
    SELECT k.id, 'BN26-' || lpad(k.n::text, 7, '0'), stage, 3, region, CASE WHEN urgent THEN 'priority' ELSE 'normal' END, 'trace',
           title, CASE WHEN stage = 'closed' THEN 'handled' END, drc, 'ordinary', '{}', sha256('\x00'::bytea || t.body),
           t0, t.at, CASE stage WHEN 'monitoring' THEN t0 WHEN 'verification' THEN t0 + interval '2 days' ELSE t.at END,
           CASE WHEN stage = 'closed' THEN t.at END
    FROM k JOIN third t USING (n) ORDER BY k.n;
INSERT INTO cases_casesearch (case_id, grams)
    SELECT id, cases_grams('BN26-' || lpad(n::text, 7, '0') || ' ' || title) FROM k ORDER BY n;

INSERT INTO cases_task (id, case_id, kind, agency_id, roles, state, stage, region_code, opened_at, due_at, due_rule, provisional,
                        closed_at, returns, data, opened_seq, closed_seq, sender_id)
    SELECT task, k.id, kind, agency, '{handler}', CASE WHEN done IS NULL THEN 'open' ELSE 'done' END,
           CASE WHEN done IS NULL THEN stage ELSE was END, region, t0 + opened, t0 + due, rule, false,
           CASE done WHEN 2 THEN t0 + interval '2 days' WHEN 3 THEN t0 + interval '9 days' END, 0, '{}', seq, done,
           CASE WHEN seq < 3 OR stage <> 'verification' THEN drc WHEN by_grid THEN grid ELSE cac END
    FROM k CROSS JOIN LATERAL (
        SELECT t1, 'triage', drc, 'monitoring', interval '0', interval '3 days', '3wd', 1, CASE WHEN stage <> 'monitoring' THEN 2 END
        UNION ALL SELECT t2, CASE WHEN by_grid THEN 'check_consumption' ELSE 'analyse_traffic' END, CASE WHEN by_grid THEN grid ELSE cac END,
            'verification', interval '2 days', interval '7 days', '5wd', 2, 3 WHERE stage <> 'monitoring'
        UNION ALL SELECT t3, CASE WHEN by_grid THEN 'analyse_traffic' ELSE 'check_consumption' END, CASE WHEN by_grid THEN cac ELSE grid END,
            'verification', interval '2 days', interval '7 days', '5wd', 2, CASE WHEN stage <> 'verification' THEN 3 END
            WHERE stage <> 'monitoring' AND by_both
        UNION ALL SELECT t4, CASE stage WHEN 'verification' THEN 'determine' WHEN 'suspension' THEN 'sign_suspension_order' ELSE 'plan_surcharge' END,
            drc, stage, interval '9 days', interval '12 days', '3wd', 3, NULL WHERE stage IN ('verification', 'suspension', 'penalty_tariff')
    ) AS t (task, kind, agency, was, opened, due, rule, seq, done) ORDER BY k.n;
INSERT INTO cases_clockinterval (case_id, task_id, agency_id, state, reason, due_at, seq, started_at, ended_at)
    SELECT case_id, id, agency_id, 'running', 'opened', due_at, opened_seq, opened_at, closed_at FROM cases_task;
INSERT INTO cases_deadlinewatch (task_id, region_code, due_at, since, done, paused)
    SELECT id, region_code, due_at, opened_at, 0, false FROM cases_task WHERE state = 'open';

INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
    SELECT drc, id, 'lead', t0 FROM k
    UNION ALL SELECT supervision, id, 'supervisor', t0 FROM k WHERE supervision IS NOT NULL
    UNION ALL SELECT CASE WHEN by_grid THEN grid ELSE cac END, id, 'task', t0 + interval '2 days' FROM k WHERE stage <> 'monitoring'
    UNION ALL SELECT CASE WHEN by_grid THEN cac ELSE grid END, id, 'task', t0 + interval '2 days' FROM k WHERE stage <> 'monitoring' AND by_both;

-- Without figures the planner would read all tasks for each case.
ANALYZE cases_case, cases_task, cases_clockinterval, cases_site, cases_signal;
SELECT case_list_rebuild();

INSERT INTO cases_taskcounter (agency_id, region_code, stage, n)
    SELECT agency_id, region_code, stage, count(*) FROM cases_task WHERE state = 'open' GROUP BY agency_id, region_code, stage;
-- What a minute of work leaves between two folds.
INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, n)
    SELECT (SELECT drc FROM seat WHERE city = '3203'), '320302', 'verification', x FROM generate_series(1, 100), unnest(ARRAY[1, -1]) AS x;
