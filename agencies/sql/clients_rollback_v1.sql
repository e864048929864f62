DROP TRIGGER agencies_user_no_password ON agencies_user;
DROP TRIGGER agencies_client_no_password ON agencies_client;
DROP FUNCTION agencies_client_no_person();
DROP TRIGGER agencies_membership_client ON agencies_membership;
DROP FUNCTION agencies_client_posts();
DROP TRIGGER agencies_application_has_event ON oauth2_provider_application;
DROP TRIGGER agencies_client_has_event ON agencies_client;
DROP FUNCTION agencies_client_has_event();
