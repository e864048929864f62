-- list_names v1: a name leads to one list that stands, whether it came under it first or again. The same file may be sent
-- twice at a moment under one name: whoever comes second waits for the first.

-- list_stands v1: neither withdrawn nor a file that was no list, which give their names back.
CREATE FUNCTION list_stands(p_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$ SELECT p_state NOT IN ('refused', 'withdrawn') $$;

CREATE FUNCTION list_name_is_free() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('list_name/' || NEW.name, 0));
    IF TG_TABLE_NAME = 'cases_listbatch' THEN
        IF NOT list_stands(NEW.state) THEN
            RETURN NEW;
        END IF;
    ELSIF NOT EXISTS (SELECT FROM cases_listbatch b WHERE b.id = NEW.batch_id AND list_stands(b.state)) THEN
        RETURN NEW;
    ELSIF EXISTS (SELECT FROM cases_listbatch b WHERE b.name = NEW.name AND list_stands(b.state)) THEN
        RAISE EXCEPTION 'the name % leads to another list', NEW.name
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'listname_once';
    END IF;
    IF EXISTS (SELECT FROM cases_listname n JOIN cases_listbatch b ON b.id = n.batch_id
               WHERE n.name = NEW.name AND list_stands(b.state)) THEN
        RAISE EXCEPTION 'the name % leads to another list', NEW.name
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'listname_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER listname_free BEFORE INSERT ON cases_listname FOR EACH ROW EXECUTE FUNCTION list_name_is_free();
CREATE TRIGGER listbatch_name_free BEFORE INSERT ON cases_listbatch FOR EACH ROW EXECUTE FUNCTION list_name_is_free();

-- What a list was called, and what was answered for a row, is not unsaid.
CREATE FUNCTION list_record_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is only added to', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
END $$;
CREATE TRIGGER listname_stays BEFORE UPDATE OR DELETE ON cases_listname FOR EACH ROW EXECUTE FUNCTION list_record_stays();
ALTER TABLE cases_listname ENABLE ALWAYS TRIGGER listname_stays;
CREATE TRIGGER rowanswer_stays BEFORE UPDATE OR DELETE ON cases_rowanswer FOR EACH ROW EXECUTE FUNCTION list_record_stays();
ALTER TABLE cases_rowanswer ENABLE ALWAYS TRIGGER rowanswer_stays;
