-- lists v1: what the lists need beside the tables: folded counters, and the search by number and title.

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
        DELETE FROM cases_taskcounterdelta RETURNING agency_id, region_code, stage, n
    ), summed AS (
        SELECT agency_id, region_code, stage, sum(n) AS n FROM taken GROUP BY agency_id, region_code, stage
    ), added AS (
        INSERT INTO cases_taskcounter AS c (agency_id, region_code, stage, n)
        SELECT agency_id, region_code, stage, n FROM summed
        ON CONFLICT (agency_id, region_code, stage) DO UPDATE SET n = c.n + excluded.n
    )
    SELECT count(*) INTO v_folded FROM taken;
    RETURN v_folded;
END $$;

-- Pairs of characters: a name of two characters is the usual search in Chinese, and trigrams cannot index it.
CREATE OR REPLACE FUNCTION cases_grams(p_text text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(p_text), i, 2)), '{}')
    FROM generate_series(1, length(p_text) - 1) AS i
$$;

-- A table of its own: the case row changes with every act, its number and title almost never.
CREATE TABLE cases_casesearch (
    case_id uuid PRIMARY KEY REFERENCES cases_case DEFERRABLE INITIALLY DEFERRED,
    grams text[] NOT NULL
);
CREATE INDEX casesearch_grams_idx ON cases_casesearch USING gin (grams);

CREATE OR REPLACE FUNCTION case_note_grams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cases_casesearch (case_id, grams) VALUES (NEW.id, cases_grams(NEW.number || ' ' || NEW.title))
    ON CONFLICT (case_id) DO UPDATE SET grams = excluded.grams;
    RETURN NULL;
END $$;
CREATE TRIGGER case_grams_of_new AFTER INSERT ON cases_case FOR EACH ROW EXECUTE FUNCTION case_note_grams();
CREATE TRIGGER case_grams_of_renamed AFTER UPDATE OF number, title ON cases_case FOR EACH ROW
    WHEN (OLD.number <> NEW.number OR OLD.title <> NEW.title) EXECUTE FUNCTION case_note_grams();
INSERT INTO cases_casesearch (case_id, grams) SELECT id, cases_grams(number || ' ' || title) FROM cases_case;

-- Closed cases by how they ended; and the audit trail of a stretch of time, whoever acted.
CREATE INDEX case_outcome_idx ON cases_case (outcome, id DESC) WHERE outcome IS NOT NULL;
CREATE INDEX audit_event_at_idx ON audit_event (at, id);
