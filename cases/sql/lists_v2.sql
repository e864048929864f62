-- lists v2: the counters tell tasks of ordinary, sensitive and internal cases apart (rank 0, 1, 2).

-- Fold the counts of open tasks. One statement takes the deltas and adds them, so a reader sees either both as they
-- were or both as they are, and its sum is exact at every moment. A second fold at the same time has nothing to do.
CREATE OR REPLACE FUNCTION fold_task_counters() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_folded integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('fold_task_counters', 0)) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM cases_taskcounterdelta RETURNING agency_id, region_code, stage, rank, n
    ), summed AS (
        SELECT agency_id, region_code, stage, rank, sum(n) AS n FROM taken
        GROUP BY agency_id, region_code, stage, rank
    ), added AS (
        INSERT INTO cases_taskcounter AS c (agency_id, region_code, stage, rank, n)
        SELECT agency_id, region_code, stage, rank, n FROM summed
        ON CONFLICT (agency_id, region_code, stage, rank) DO UPDATE SET n = c.n + excluded.n
    )
    SELECT count(*) INTO v_folded FROM taken;
    RETURN v_folded;
END $$;
