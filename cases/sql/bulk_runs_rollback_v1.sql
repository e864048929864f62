DROP TRIGGER bulk_row_stays ON cases_bulkrow;
DROP TRIGGER bulk_run_stays ON cases_bulkrun;
DROP FUNCTION bulk_row_stays();
DROP FUNCTION bulk_run_stays();
