DROP TRIGGER endpoint_changed_has_event ON notifications_endpoint;
DROP TRIGGER endpoint_added_has_event ON notifications_endpoint;
DROP FUNCTION endpoint_has_event();
