-- suggestions v1, taken back.
DROP TRIGGER suggestion_follows_merge ON audit_event;
DROP FUNCTION suggestion_follows_merge();
DROP TRIGGER suggestion_stays_decided ON cases_sitesuggestion;
DROP FUNCTION suggestion_stays_decided();
