DROP TRIGGER documentvoid_stays ON cases_documentvoid;
DROP FUNCTION document_check(text, text), document_register(bigint, text, integer, integer, integer), document_series(),
    document_register_open(bigint), document_correct(bytea, uuid, bytea, text), document_void(bytea, uuid, text, text),
    document_held(bytea, text, uuid);
