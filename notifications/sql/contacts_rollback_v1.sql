DROP TRIGGER contacts_forget ON agencies_membership;
DROP TRIGGER contacts_forget ON agencies_user;
DROP FUNCTION contacts_forget();
