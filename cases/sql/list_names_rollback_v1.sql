DROP TRIGGER listbatch_name_free ON cases_listbatch;
DROP TRIGGER listname_free ON cases_listname;
DROP TRIGGER listname_stays ON cases_listname;
DROP TRIGGER rowanswer_stays ON cases_rowanswer;
DROP FUNCTION list_name_is_free();
DROP FUNCTION list_record_stays();
DROP FUNCTION list_stands(text);
