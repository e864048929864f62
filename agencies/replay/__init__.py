"""Accounts, roles, agencies and parameters as their events tell them, compared with the tables by `verify_audit`.

Passwords are not: no event says more of one than that it was changed.
"""

from agencies.replay.accounts import verify_accounts
from agencies.replay.agencies import verify_agencies
from agencies.replay.parameters import verify_parameters

__all__ = ["verify_accounts", "verify_agencies", "verify_parameters"]
