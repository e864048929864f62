-- What the cases found and how they ended: the seed's own have no facts and are all handled.
UPDATE cases_case c SET
    outcome = CASE WHEN c.stage = 'closed' THEN (ARRAY['handled', 'false_positive', 'handled', 'self_stopped', 'merged', 'not_found',
        'handled'])[1 + x.n % 7] END,
    review_on = CASE WHEN c.stage = 'monitoring' AND x.n % 2 = 0 THEN DATE '2026-12-01' END,
    facts = CASE WHEN c.stage = 'monitoring' AND x.n % 2 = 1 THEN '{}' ELSE jsonb_build_object(
        'dispatch', jsonb_build_object('findings', jsonb_build_array('check_consumption')),
        'findings', jsonb_build_object(
            'check_consumption', jsonb_build_object('result', 'abnormal', 'monthly_kwh', (3000 + x.n % 30000)::text),
            'inspect_site', jsonb_build_object('result', 'running', 'notes', repeat('x', 900)))) END
        || CASE WHEN c.stage = 'verification' OR c.stage = 'monitoring' AND x.n % 2 = 1 THEN '{}'
           ELSE jsonb_build_object('determination', jsonb_build_object('state', 'decided',
               'finding', CASE WHEN x.n % 5 = 0 THEN 'pending_appraisal' ELSE 'self_operated' END,
               'subject', (ARRAY['natural_person', 'sole_trader', 'enterprise', 'internet_cafe'])[1 + x.n % 4],
               'disposals', jsonb_build_array(jsonb_build_object('kind',
                   CASE WHEN c.stage = 'monitoring' THEN 'continue_monitoring' ELSE 'suspension' END)))) END
        || CASE WHEN c.stage IN ('suspension', 'closed') AND x.n % 3 = 0
           THEN jsonb_build_object('suspension', jsonb_build_object('state', 'confirmed', 'executed_at', c.updated_at)) ELSE '{}' END
        || CASE WHEN c.stage = 'penalty_tariff' THEN jsonb_build_object('surcharge', jsonb_build_object('state', 'billing', 'bills', (
               SELECT jsonb_agg(jsonb_build_object('no', x.n || '-' || m, 'month', to_char(DATE '2026-01-01' + m * 30, 'YYYY-MM'),
                   'state', CASE WHEN (x.n + m) % 9 = 0 THEN 'refused' ELSE 'reviewed' END, 'kwh', '30000',
                   'surcharge', '9000.00', 'amount', '30000.00', 'paid', (m * 4000)::text || '.00',
                   'issued', jsonb_build_object('at', timestamptz '2026-01-05Z' + m * interval '30 days')))
               FROM generate_series(1, 10) m))) ELSE '{}' END
FROM (SELECT id, right(number, 7)::int AS n FROM cases_case) x
WHERE x.id = c.id;
