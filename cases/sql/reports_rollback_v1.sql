-- Takes back reports_v1.sql; the tables go with the migration.
DROP TRIGGER report_version_has_event ON cases_reportversion;
DROP TRIGGER report_stays ON cases_report;
DROP TRIGGER report_is_kept ON cases_report;
DROP TRIGGER report_version_stays ON cases_reportversion;
DROP TRIGGER report_version_is_kept ON cases_reportversion;
DROP TRIGGER report_file_stays ON cases_reportfile;
DROP TRIGGER report_file_is_kept ON cases_reportfile;
DROP TRIGGER report_part_stays ON cases_reportpart;
DROP TRIGGER report_part_is_kept ON cases_reportpart;
DROP FUNCTION report_version_has_event();
DROP FUNCTION report_stays();
DROP FUNCTION report_version_stays();
DROP FUNCTION report_content_stays();
