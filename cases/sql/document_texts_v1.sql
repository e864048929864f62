-- Texts of documents stay as they are: nothing is changed or taken away.
CREATE FUNCTION document_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the text of a document stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ003';
END $$;
CREATE TRIGGER documentversion_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_documentversion
    FOR EACH STATEMENT EXECUTE FUNCTION document_text_stays();
ALTER TABLE cases_documentversion ENABLE ALWAYS TRIGGER documentversion_stays;
