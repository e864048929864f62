"""What a session still owes before its person can work, read in one query a request.

Not the doors ask for it but every request: a session that came by another door (single sign-on) owes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection

from agencies.access.passwords import keeping as passwords
from agencies.access.second import factors
from audit import clock
from audit.sight import working_as

# In the session: the row it belongs to, the second factor it was opened with, when somebody last proved who it is.
ENTRY, FACTOR, PROVEN = "entry", "second_factor", "proven"
# There where somebody came by the city's sign-on; true where its second factor counts (LIANZHI_OIDC_SECOND_FACTOR).
SIGN_ON = "sso_strong"
# What can be owed.
PROOF, PASSWORD, SET_UP = "proof", "password", "set_up"
_QUERY = f"""
SELECT EXISTS (SELECT FROM agencies_livesession WHERE id::text = %s AND user_id = u.id),
       p.set_at, COALESCE(p.must_change, false),
       EXISTS (SELECT FROM mfa_authenticator WHERE user_id = u.id AND type IN ('totp', 'webauthn')),
       {factors.DECIDES}
  FROM {factors.WANTED}, agencies_user u LEFT JOIN agencies_password p ON p.user_id = u.id WHERE u.id = %s
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """`alive`: the session has its row. `owes`: the first thing to do before anything else, empty for nothing."""

    alive: bool
    owes: str
    password_set_at: datetime | None
    must_change: bool
    has_factor: bool
    needs_factor: bool


GONE = Standing(alive=False, owes="", password_set_at=None, must_change=False, has_factor=False, needs_factor=False)


@working_as("entry")
def standing(user_id: str, session: SessionBase) -> Standing:
    """How this session stands now."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [str(session.get(ENTRY, "")), list(factors.ROLES), int(user_id)])
        row = cursor.fetchone()
    if row is None:
        return GONE
    alive, set_at, must_change, has_factor, decides = row
    needs = decides and settings.SECOND_FACTOR == "required"
    owes = ""
    # Whoever came by the city's sign-on used no password, perhaps knows none; its factor may count in place of ours.
    no_password, strong = SIGN_ON in session, bool(session.get(SIGN_ON))
    if has_factor and not session.get(FACTOR) and not strong:
        owes = PROOF
    elif (must_change or _is_due(set_at)) and not no_password:
        owes = PASSWORD
    elif needs and not has_factor and not strong:
        owes = SET_UP
    return Standing(alive, owes, set_at, must_change, has_factor, needs)


def is_fresh(session: SessionBase) -> bool:
    """Whether somebody has proved within the last minutes, in this session, who it is."""
    age = int(clock.real_now().timestamp()) - int(session.get(PROVEN, 0))
    return 0 <= age <= settings.STEP_UP_SECONDS


def prove(session: SessionBase, factor: str = "", *, at: int | None = None) -> None:
    """Note that somebody has proved who it is, just now or `at` a time, with a second factor where there is one."""
    session[PROVEN] = int(clock.real_now().timestamp()) if at is None else at
    if factor:
        session[FACTOR] = factor


def _is_due(set_at: datetime | None) -> bool:
    due = passwords.due_at(set_at)
    return due is not None and due <= clock.real_now()
