-- What becomes of a document after it was issued: it is voided, or corrected by a further version, always by another person
-- than the one who signed what is changed. The number stays, the act stays, and what was said before stays readable.

-- Checks shared by both. p_body is the event in the stream of the account that acts; returns the document.
-- LZ004: the event does not say what is done; LZ006: not within sight, or not a document of one's own agency; LZ002: the
-- same person, or a document that was voided before.
CREATE FUNCTION document_held(p_body bytea, p_action text, p_document uuid) RETURNS cases_document
LANGUAGE plpgsql AS $$
DECLARE
    b jsonb := convert_from(p_body, 'UTF8')::jsonb;
    d cases_document;
    e jsonb;
BEGIN
    SELECT * INTO d FROM cases_document WHERE id = p_document FOR UPDATE;
    IF d.id IS NULL OR NOT case_in_sight(d.case_id) OR (b #>> '{actor,id}')::bigint IS DISTINCT FROM sight_user()
       OR NOT EXISTS (SELECT FROM agencies_agency a WHERE (a.id = d.agency_id OR a.parent_id = d.agency_id)
                      AND a.id * 4 = ANY(sight_keys())) THEN
        RAISE EXCEPTION 'no such document for this one' USING ERRCODE = 'LZ006';
    END IF;
    IF (b ->> 'action') IS DISTINCT FROM p_action OR (b #>> '{data,document}') IS DISTINCT FROM d.id::text
       OR (b #>> '{data,case}') IS DISTINCT FROM d.case_id::text THEN
        RAISE EXCEPTION 'the event does not name document % of case %', d.id, d.case_id USING ERRCODE = 'LZ004';
    END IF;
    IF EXISTS (SELECT FROM cases_documentvoid v WHERE v.document_id = d.id) THEN
        RAISE EXCEPTION 'document % is voided', d.id USING ERRCODE = 'LZ002';
    END IF;
    -- Who signed it, and for whom, is in the event of the case.
    SELECT convert_from(x.body, 'UTF8')::jsonb -> 'actor' INTO e FROM audit_event x
    WHERE x.stream = 'case/' || d.case_id AND x.seq = d.event_seq;
    IF sight_user() IN ((e ->> 'id')::bigint, (e ->> 'on_behalf')::bigint)
       OR sight_user() = (SELECT v.made_by_id FROM cases_documentversion v WHERE v.document_id = d.id
                          ORDER BY v.version DESC LIMIT 1) THEN
        RAISE EXCEPTION 'document % is changed by another person than the one who signed it', d.id USING ERRCODE = 'LZ002';
    END IF;
    RETURN d;
END $$;

CREATE FUNCTION document_void(p_body bytea, p_document uuid, p_reason text, p_explanation text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    b jsonb := convert_from(p_body, 'UTF8')::jsonb;
    d cases_document := document_held(p_body, 'document_voided', p_document);
BEGIN
    IF (b #>> '{data,reason}') IS DISTINCT FROM p_reason OR coalesce(p_reason, '') = '' OR
       (b #>> '{data,explanation_sha256}') IS DISTINCT FROM encode(sha256(convert_to(p_explanation, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the event does not say why document % is voided', d.id USING ERRCODE = 'LZ004';
    END IF;
    INSERT INTO cases_documentvoid (document_id, reason, explanation, voided_by_id, at)
    VALUES (d.id, p_reason, p_explanation, sight_user(), (b ->> 'at')::timestamptz);
    RETURN audit_append_internal(p_body);
END $$;

CREATE FUNCTION document_correct(p_body bytea, p_document uuid, p_content bytea, p_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    b jsonb := convert_from(p_body, 'UTF8')::jsonb;
    d cases_document := document_held(p_body, 'document_corrected', p_document);
    last cases_documentversion;
BEGIN
    SELECT * INTO last FROM cases_documentversion WHERE document_id = d.id ORDER BY version DESC LIMIT 1;
    IF last.id IS NULL OR (b #>> '{data,version}')::integer IS DISTINCT FROM last.version + 1
       OR (b #>> '{data,earlier}') IS DISTINCT FROM last.sha256
       OR (b #>> '{data,sha256}') IS DISTINCT FROM encode(sha256(p_content), 'hex')
       OR (convert_from(p_content, 'UTF8')::jsonb ->> 'earlier') IS DISTINCT FROM last.sha256
       OR (convert_from(p_content, 'UTF8')::jsonb ->> 'number') IS DISTINCT FROM d.number THEN
        RAISE EXCEPTION 'the text does not follow the last version of document %', d.id USING ERRCODE = 'LZ004';
    END IF;
    INSERT INTO cases_documentversion (document_id, version, content, sha256, earlier, template, template_sha256, reason,
                                       made_by_id, at)
    VALUES (d.id, last.version + 1, p_content, b #>> '{data,sha256}', last.sha256, last.template, last.template_sha256,
            p_reason, sight_user(), (b ->> 'at')::timestamptz);
    RETURN audit_append_internal(p_body);
END $$;

-- Whether the one who looks reads the register of an agency's numbers: of one's own agency, or of one in the region that one
-- supervises.
CREATE FUNCTION document_register_open(p_agency bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT sight_user() IS NOT NULL AND EXISTS (
        SELECT FROM agencies_agency a WHERE (a.id = p_agency OR a.parent_id = p_agency)
        AND (a.id * 4 = ANY(sight_keys())
             OR EXISTS (SELECT FROM unnest(sight_supervises()) r WHERE starts_with(a.region_id, r))))
$$;

-- Every series that the one who looks may read, with its last number and how many of it were voided.
CREATE FUNCTION document_series() RETURNS TABLE (agency_id bigint, kind varchar, year smallint, last integer, voided bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.agency_id, s.kind, s.year::smallint, s.last,
           (SELECT count(*) FROM cases_documentvoid v JOIN cases_document d ON d.id = v.document_id
            WHERE d.agency_id = s.agency_id AND d.kind = s.kind AND d.year = s.year)
    FROM cases_documentseries s WHERE document_register_open(s.agency_id)
$$;

-- Every number of a series, the newest first; of a case that is not within sight nothing but the number and its day.
CREATE FUNCTION document_register(p_agency bigint, p_kind text, p_year integer, p_below integer, p_n integer)
RETURNS TABLE (serial integer, number varchar, at timestamptz, voided_at timestamptz, reason varchar, versions bigint,
               document_id uuid, case_number varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.serial, d.number, d.at, v.at, v.reason,
           (SELECT count(*) FROM cases_documentversion t WHERE t.document_id = d.id),
           CASE WHEN s.seen THEN d.id END, CASE WHEN s.seen THEN c.number END
    FROM cases_document d JOIN cases_case c ON c.id = d.case_id LEFT JOIN cases_documentvoid v ON v.document_id = d.id
    CROSS JOIN LATERAL (SELECT case_in_sight(d.case_id) AS seen) s
    WHERE d.agency_id = p_agency AND d.kind = p_kind AND d.year = p_year AND d.serial < p_below
      AND document_register_open(p_agency)
    ORDER BY d.serial DESC LIMIT p_n
$$;

-- For everybody: what a document is worth whose number and hash (16 digits of it or more) somebody holds in hand.
CREATE FUNCTION document_check(p_number text, p_code text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT CASE WHEN EXISTS (SELECT FROM cases_documentvoid w WHERE w.document_id = d.id) THEN 'voided'
                    WHEN EXISTS (SELECT FROM cases_documentversion l WHERE l.document_id = d.id AND l.version > v.version)
                    THEN 'corrected' ELSE 'valid' END
        FROM cases_document d JOIN cases_documentversion v ON v.document_id = d.id
        WHERE d.number = p_number AND length(p_code) BETWEEN 16 AND 64 AND starts_with(v.sha256, p_code)
        ORDER BY v.version DESC LIMIT 1), 'unknown')
$$;

CREATE TRIGGER documentvoid_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_documentvoid
    FOR EACH STATEMENT EXECUTE FUNCTION document_text_stays();
ALTER TABLE cases_documentvoid ENABLE ALWAYS TRIGGER documentvoid_stays;
