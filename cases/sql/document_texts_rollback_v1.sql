DROP TRIGGER documentversion_stays ON cases_documentversion;
DROP FUNCTION document_text_stays();
