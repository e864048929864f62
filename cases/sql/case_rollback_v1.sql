DROP TRIGGER IF EXISTS case_keep_agency ON agencies_agency;
DROP TRIGGER IF EXISTS case_share_with_watcher ON agencies_agency;
DROP TRIGGER IF EXISTS attachment_no_removal ON cases_attachment;
DROP TRIGGER IF EXISTS participant_no_removal ON cases_caseagency;
DROP TRIGGER IF EXISTS clock_no_removal ON cases_clockinterval;
DROP TRIGGER IF EXISTS document_no_removal ON cases_document;
DROP TRIGGER IF EXISTS task_no_removal ON cases_task;
DROP TRIGGER IF EXISTS case_no_removal ON cases_case;
DROP TRIGGER IF EXISTS document_series_has_document ON cases_documentseries;
DROP TRIGGER IF EXISTS case_event_has_row ON audit_event;
DROP TRIGGER IF EXISTS case_row_has_event ON cases_case;
DROP FUNCTION IF EXISTS case_keep_agency(), case_share_with_watcher(), case_refuse_removal(), document_series_has_document(), case_event_has_row(),
    case_row_has_event(), case_assert_projection(uuid), case_commit(bytea[], jsonb),
    case_draw_number(bigint, text, integer), case_open_load(bigint, text, integer),
    case_load(uuid, bigint, text, boolean);
DROP SEQUENCE IF EXISTS cases_case_number_seq;
