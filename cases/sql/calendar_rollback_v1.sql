-- calendar v1, taken back; the tables go with their migration.
SELECT sight_open('cases_calendarentry');
DROP TRIGGER calendar_entry_stamp ON cases_calendarentry;
DROP TRIGGER calendar_entry_has_event ON cases_calendarentry;
DROP TRIGGER calendar_entry_stays ON cases_calendarentry;
DROP TRIGGER calendar_entry_guard ON cases_calendarentry;
ALTER TABLE cases_calendarentry DROP CONSTRAINT calendarentry_one_a_day;
DROP FUNCTION calendar_entered(), calendar_entry_has_event(), calendar_entry_guard();
