DROP TRIGGER bill_run_row_stays ON cases_billrunrow;
DROP TRIGGER bill_run_stays ON cases_billrun;
DROP FUNCTION bill_run_row_stays();
DROP FUNCTION bill_run_stays();
