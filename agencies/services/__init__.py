"""Every change of agencies, accounts, roles and parameters, each with its audit event in the same transaction."""

from agencies.services.accounts import change_password, create_user, disable_user, enable_user
from agencies.services.clients import create_client, end_client, rotate_client_secret
from agencies.services.organisations import close_agency, create_agency
from agencies.services.parameters import set_parameter
from agencies.services.roles import end_role, grant_role

__all__ = [
    "change_password",
    "close_agency",
    "create_agency",
    "create_client",
    "create_user",
    "disable_user",
    "enable_user",
    "end_client",
    "end_role",
    "grant_role",
    "rotate_client_secret",
    "set_parameter",
]
