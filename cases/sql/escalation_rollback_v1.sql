DROP FUNCTION escalation_fire(bytea, jsonb),
    escalation_take(text, integer[], timestamptz[], timestamptz[], integer),
    escalation_due(text[], integer[], timestamptz[], timestamptz[]), escalation_regions(), escalation_door(text);
DROP TRIGGER escalation_stays ON cases_escalation;
DROP TRIGGER watch_clock_turned ON cases_clockinterval;
DROP TRIGGER watch_clock ON cases_clockinterval;
DROP TRIGGER watch_follow ON cases_task;
DROP TRIGGER watch_begin ON cases_task;
DROP FUNCTION escalation_stays(), watch_clock_turned(), watch_clock(), watch_follow(), watch_begin();
