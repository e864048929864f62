-- task_sender v1: whose act opened a task stands with the task, read from the event that opened it; none: the system.
-- The event is written before the tasks it opens (case_commit, case_open_many).
CREATE OR REPLACE FUNCTION task_sender() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT e.agency_id INTO NEW.sender_id FROM audit_event e
    WHERE e.stream = 'case/' || NEW.case_id AND e.seq = NEW.opened_seq;
    RETURN NEW;
END $$;
CREATE TRIGGER task_sender BEFORE INSERT ON cases_task FOR EACH ROW
    EXECUTE FUNCTION task_sender();
ALTER TABLE cases_task ENABLE ALWAYS TRIGGER task_sender;
UPDATE cases_task t SET sender_id = e.agency_id FROM audit_event e
WHERE e.stream = 'case/' || t.case_id AND e.seq = t.opened_seq;
