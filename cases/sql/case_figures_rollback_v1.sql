DROP TRIGGER case_figures_of_changed ON cases_case;
DROP TRIGGER case_figures_of_new ON cases_case;
DROP FUNCTION case_note_figures(), case_figures_rebuild(), case_figures_wrong();
DROP FUNCTION case_figures_seen(bigint[], boolean), bill_figures_seen(bigint[], boolean);
DROP FUNCTION case_figure(cases_case), case_bill_figures(cases_case), case_finding(text, text, jsonb);
DROP TABLE cases_billfigure, cases_casefigure;
