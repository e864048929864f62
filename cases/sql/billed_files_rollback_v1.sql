DROP TRIGGER billed_row_stays ON cases_billedrow;
DROP TRIGGER billed_file_stays ON cases_billedfile;
DROP FUNCTION billed_file_stays();
