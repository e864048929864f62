-- calendar v1: entries of the working calendar. What one says never changes, none goes, each step has its event.
-- LZ014: an entry that was decided or ended, or what one says, was to be changed.

-- One region speaks once of a day; the empty name stands for the whole country.
ALTER TABLE cases_calendarentry ADD CONSTRAINT calendarentry_one_a_day EXCLUDE USING gist (
    rule_slot('calendar', coalesce(region_id, ''), '') WITH &&, daterange(first_day, last_day, '[]') WITH &&
) WHERE (status = 'in_force');

CREATE FUNCTION calendar_entry_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION '% on % is refused: no entry of the calendar is deleted', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'LZ003';
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- A plan that a person enters waits for a second one; a region's own day holds at once.
        IF NEW.status NOT IN ('proposed', 'in_force') OR (NEW.kind <> 'plan' AND NEW.status = 'proposed')
           OR (NEW.kind = 'plan' AND NEW.status = 'in_force' AND NEW.entered_agency_id IS NOT NULL) THEN
            RAISE EXCEPTION 'an entry of the calendar does not begin as %', NEW.status USING ERRCODE = 'LZ014';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.kind, NEW.region_id, NEW.first_day, NEW.last_day, NEW.days, NEW.reason, NEW.source, NEW.digest,
        NEW.supersedes_id, NEW.entered_by_id, NEW.entered_agency_id, NEW.entered_at)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.region_id, OLD.first_day, OLD.last_day, OLD.days, OLD.reason, OLD.source, OLD.digest,
        OLD.supersedes_id, OLD.entered_by_id, OLD.entered_agency_id, OLD.entered_at) THEN
        RAISE EXCEPTION 'what entry % of the calendar says never changes', OLD.id USING ERRCODE = 'LZ014';
    END IF;
    IF OLD.status = 'proposed' AND NEW.status IN ('in_force', 'rejected', 'taken_back') AND NEW.decided_by_id IS NOT NULL
    THEN
        RETURN NEW;
    END IF;
    IF OLD.status = 'in_force' AND NEW.status IN ('superseded', 'withdrawn')
       AND (NEW.decided_by_id, NEW.decided_at) IS NOT DISTINCT FROM (OLD.decided_by_id, OLD.decided_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'entry % of the calendar is % and does not become %', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'LZ014';
END $$;
CREATE TRIGGER calendar_entry_guard BEFORE INSERT OR UPDATE OR DELETE ON cases_calendarentry
    FOR EACH ROW EXECUTE FUNCTION calendar_entry_guard();
CREATE TRIGGER calendar_entry_stays BEFORE TRUNCATE ON cases_calendarentry
    FOR EACH STATEMENT EXECUTE FUNCTION calendar_entry_guard();

-- Deferred: an event of this transaction says what the entry became, and by whom.
CREATE FUNCTION calendar_entry_has_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r cases_calendarentry;
    v_said jsonb;
    v_actor bigint;
BEGIN
    SELECT * INTO r FROM cases_calendarentry WHERE id = NEW.id;
    SELECT CASE WHEN b #>> '{data,entry}' = r.id::text THEN b -> 'data' ELSE b #> '{data,ended}' END,
           (b #>> '{actor,id}')::bigint INTO v_said, v_actor
    FROM (SELECT e.seq, convert_from(e.body, 'UTF8')::jsonb AS b FROM audit_event e
          WHERE e.stream = 'calendar/' || coalesce(r.region_id, 'national') AND e.tx = pg_current_xact_id()) AS x
    WHERE b #>> '{data,entry}' = r.id::text OR b #>> '{data,ended,entry}' = r.id::text
    ORDER BY seq DESC LIMIT 1;
    IF v_said IS NULL THEN
        RAISE EXCEPTION 'entry % of the calendar changed without an event of this transaction', r.id
            USING ERRCODE = 'LZ002';
    END IF;
    IF v_said ->> 'status' IS DISTINCT FROM r.status OR v_said ->> 'digest' IS DISTINCT FROM r.digest
       OR v_actor IS DISTINCT FROM coalesce(r.ended_by_id, r.decided_by_id, r.entered_by_id) THEN
        RAISE EXCEPTION 'the event says otherwise what became of entry %, or by whom', r.id USING ERRCODE = 'LZ002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER calendar_entry_has_event AFTER INSERT OR UPDATE ON cases_calendarentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION calendar_entry_has_event();

-- What processes hold of the calendar is read again under another stamp, which every load of a case brings along.
CREATE TRIGGER calendar_entry_stamp AFTER INSERT OR UPDATE ON cases_calendarentry
    FOR EACH STATEMENT EXECUTE FUNCTION agencies_bump_stamp();

ALTER TABLE cases_calendarentry ENABLE ALWAYS TRIGGER calendar_entry_guard;
ALTER TABLE cases_calendarentry ENABLE ALWAYS TRIGGER calendar_entry_stays;
ALTER TABLE cases_calendarentry ENABLE ALWAYS TRIGGER calendar_entry_has_event;
ALTER TABLE cases_calendarentry ENABLE ALWAYS TRIGGER calendar_entry_stamp;

-- The calendar is no personal data: whoever is signed in reads it.
SELECT sight_wall('cases_calendarentry', '(SELECT sight_user()) IS NOT NULL', 'entered_by_id = (SELECT sight_user())',
                  '(SELECT sight_user()) IS NOT NULL');

-- What every decision reads, whoever takes it (see rules_entered): one statement, hence one snapshot.
CREATE FUNCTION calendar_entered() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT json_build_object('stamp', (SELECT n FROM agencies_stamp), 'entries', (
        SELECT json_agg(json_build_array(kind, coalesce(region_id, ''), first_day, last_day, days) ORDER BY id)
        FROM cases_calendarentry WHERE status = 'in_force'))::text
$$;
