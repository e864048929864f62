DROP FUNCTION case_list_counts(jsonb, jsonb), case_list(jsonb, jsonb, text, boolean, text, uuid, boolean, integer, integer),
    case_list_holds(jsonb, jsonb), case_list_seen(jsonb, jsonb, text, text), case_list_of_list(uuid), _case_list_ids(jsonb),
    case_list_words(text);
DROP TRIGGER case_list_of_new ON cases_case;
DROP TRIGGER case_list_of_changed ON cases_case;
DROP TRIGGER case_list_of_added_tasks ON cases_task;
DROP TRIGGER case_list_of_changed_tasks ON cases_task;
DROP TRIGGER case_list_of_added_clocks ON cases_clockinterval;
DROP TRIGGER case_list_of_changed_clocks ON cases_clockinterval;
DROP TRIGGER case_list_of_added_signals ON cases_signal;
DROP TRIGGER case_list_of_changed_signals ON cases_signal;
DROP TRIGGER case_list_of_added_sites ON cases_site;
DROP TRIGGER case_list_of_changed_sites ON cases_site;
DROP FUNCTION case_list_of_new(), case_list_of_changed(), case_list_of_added_tasks(), case_list_of_changed_tasks(),
    case_list_of_added_clocks(), case_list_of_changed_clocks(), case_list_of_evidence(), case_list_rebuild(),
    case_list_lists(uuid[]), case_list_tasks(uuid[]), case_said_subject(jsonb), case_figure(text), case_strengths(jsonb),
    case_families();
DROP TABLE cases_caselist;
