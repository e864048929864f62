DROP FUNCTION case_search(bigint, integer, text, text, text, text, text, text, boolean, bigint[], uuid, boolean, integer),
    case_list_of_row(bigint), case_participants(uuid);
DROP TRIGGER case_event_of_looker ON audit_event;
DROP TRIGGER case_written_in_sight ON cases_case;
DROP FUNCTION case_event_of_looker(), case_written_in_sight(), fold_task_counters(),
    case_draw_number(bigint, text, integer), case_open_load(bigint, text, integer), case_load(uuid, bigint, text, boolean);
ALTER FUNCTION fold_task_counters_unchecked() RENAME TO fold_task_counters;
ALTER FUNCTION case_draw_number_unchecked(bigint, text, integer) RENAME TO case_draw_number;
ALTER FUNCTION case_open_load_unchecked(bigint, text, integer) RENAME TO case_open_load;
ALTER FUNCTION case_load_unchecked(uuid, bigint, text, boolean) RENAME TO case_load;
DROP FUNCTION audit_beside_cases(text, timestamptz, bigint, bytea), sight_begins(bigint), case_in_sight(uuid), agencies_sight(jsonb);
