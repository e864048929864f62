"""Accounts, roles, agencies and parameters as their events tell them, compared with the tables by `verify_audit`.

Of passwords only since when they are in use: no event says more of one.
"""

from agencies.replay.accounts import verify_accounts
from agencies.replay.agencies import verify_agencies
from agencies.replay.beside import Of, verify_beside
from agencies.replay.parameters import verify_parameters

__all__ = ["Of", "verify_accounts", "verify_agencies", "verify_beside", "verify_parameters"]
