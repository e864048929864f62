-- contacts v1: who leaves is forgotten: with the account that is closed, or the last role that ends, go the mail address
-- and the mobile number. The event of the closing or ending tells it.

CREATE FUNCTION contacts_forget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'agencies_user' THEN
        DELETE FROM notifications_contact WHERE user_id = NEW.id;
    ELSIF NOT EXISTS (SELECT FROM agencies_membership m WHERE m.user_id = NEW.user_id AND m.active) THEN
        DELETE FROM notifications_contact WHERE user_id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION contacts_forget() FROM PUBLIC;
CREATE TRIGGER contacts_forget AFTER UPDATE OF is_active ON agencies_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION contacts_forget();
CREATE TRIGGER contacts_forget AFTER UPDATE OF active ON agencies_membership
    FOR EACH ROW WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION contacts_forget();
