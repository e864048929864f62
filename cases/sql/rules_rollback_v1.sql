-- rules v1, taken back; the tables go with their migration.
SELECT sight_open('cases_rulefile');
SELECT sight_open('cases_ruleversion');
DROP TRIGGER rule_version_stamp ON cases_ruleversion;
DROP TRIGGER rule_version_has_event ON cases_ruleversion;
DROP TRIGGER rule_version_stays ON cases_ruleversion;
DROP TRIGGER rule_version_guard ON cases_ruleversion;
DROP TRIGGER rule_file_stays ON cases_rulefile;
DROP TRIGGER rule_file_guard ON cases_rulefile;
ALTER TABLE cases_ruleversion DROP CONSTRAINT ruleversion_one_a_day;
DROP FUNCTION rules_entered(), rule_version_has_event(), rule_version_guard(), rule_file_guard(), rule_slot(text, text, text);
