DROP TRIGGER listrow_mends_erased ON cases_listrow;
DROP TRIGGER listpart_steps_erased ON cases_listpart;
DROP FUNCTION list_mends_of_erased();
DROP FUNCTION list_steps_of_erased();
