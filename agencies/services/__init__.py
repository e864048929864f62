"""Every change of agencies, accounts, roles and parameters, each with its audit event in the same transaction."""

from agencies.services.accounts import (
    change_language,
    change_password,
    change_user,
    create_user,
    disable_user,
    enable_user,
)
from agencies.services.clients import create_client, end_client, rotate_client_secret
from agencies.services.entry import (
    add_app,
    add_key,
    end_sessions,
    give_password,
    new_recovery_codes,
    remove_factor,
    reset_factors,
    unlock,
)
from agencies.services.organisations import close_agency, create_agency
from agencies.services.parameters import set_parameter
from agencies.services.roles import end_past, end_role, grant_role, limit_role
from agencies.services.substitutions import end_substitution, grant_substitution

__all__ = [
    "add_app",
    "add_key",
    "change_language",
    "change_password",
    "change_user",
    "close_agency",
    "create_agency",
    "create_client",
    "create_user",
    "disable_user",
    "enable_user",
    "end_client",
    "end_past",
    "end_role",
    "end_sessions",
    "end_substitution",
    "give_password",
    "grant_role",
    "grant_substitution",
    "limit_role",
    "new_recovery_codes",
    "remove_factor",
    "reset_factors",
    "rotate_client_secret",
    "set_parameter",
    "unlock",
]
