-- outbox_notice v1: a row of the outbox that no act wrote, once for each key. False where the key is there already.
CREATE FUNCTION outbox_notice(
    p_key text, p_case uuid, p_seq integer, p_topic text, p_agency bigint, p_payload jsonb, p_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT sight_of_owner() AND NOT sight_may('outbox_notice EXECUTE') THEN
        RAISE EXCEPTION 'notices are written by the system actors that may, not by %', coalesce(sight_system(), 'this one')
            USING ERRCODE = 'LZ006';
    END IF;
    INSERT INTO cases_outbox (key, case_id, seq, topic, agency_id, payload, created_at)
    VALUES (p_key, p_case, p_seq, p_topic, p_agency, p_payload, p_at)
    ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING;
    RETURN FOUND;
END $$;
