DROP TRIGGER search_forget_row ON cases_listrow;
DROP TRIGGER search_forget_event ON audit_sealed;
DROP FUNCTION case_find(jsonb, jsonb), search_note(bigint, jsonb), search_fill(jsonb), search_forget_row(), search_forget_event();
DROP TABLE cases_searchkey;
