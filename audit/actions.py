"""The vocabulary of events that are not about a case. Once released, a name is never changed."""

from enum import StrEnum


class Action(StrEnum):
    """What happened, outside any case. Case actions are named by the workflow table; an unknown name is refused."""

    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    LOGGED_OUT = "logged_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (the name of an act)
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ROLE_GRANTED = "role_granted"
    ROLE_ENDED = "role_ended"
    CLIENT_CREATED = "client_created"
    CLIENT_SECRET_CHANGED = "client_secret_changed"  # noqa: S105  (the name of an act)
    CLIENT_ENDED = "client_ended"
    CLIENT_TOKEN_ISSUED = "client_token_issued"  # noqa: S105  (the name of an act)
    CLIENT_TOKEN_REFUSED = "client_token_refused"  # noqa: S105  (the name of an act)
    CLIENT_TOKEN_REVOKED = "client_token_revoked"  # noqa: S105  (the name of an act)
    SSO_ACCEPTED = "sso_accepted"
    SSO_REFUSED = "sso_refused"
    ACCESS_DENIED = "access_denied"
    AGENCY_CREATED = "agency_created"
    AGENCY_CHANGED = "agency_changed"
    AGENCY_CLOSED = "agency_closed"
    PARAMETER_CHANGED = "parameter_changed"
    CALENDAR_LOADED = "calendar_loaded"
    RULES_CHANGED = "rules_changed"
    DEMO_DATA_LOADED = "demo_data_loaded"
    DEMO_CLOCK_CHANGED = "demo_clock_changed"
    IMPORT_RECEIVED = "import_received"
    IMPORT_COMMITTED = "import_committed"
    IMPORT_REFUSED = "import_refused"
    EXPORT_MADE = "export_made"
    ATTACHMENT_READ = "attachment_read"
    PERSONAL_DATA_REVEALED = "personal_data_revealed"
    SEALED_ERASED = "sealed_erased"
    VAULT_KEY_ROTATED = "vault_key_rotated"
    AUDIT_VERIFIED = "audit_verified"
