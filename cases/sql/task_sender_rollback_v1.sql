DROP TRIGGER IF EXISTS task_sender ON cases_task;
DROP FUNCTION IF EXISTS task_sender();
