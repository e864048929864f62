DROP TRIGGER list_due_has_event ON cases_listbatch;
DROP FUNCTION list_due_has_event();
