"""Logins, failed logins and logouts as audit events; and how often a login may be tried.

Django's signals are right here: they are the framework's own events, and there is no other place that sees every
login. The password is never looked at; a name that is no account may be a password typed into the wrong field, so
only a keyed digest of it is kept, which shows repetition and gives nothing away.
"""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from agencies.access import live, lockout, rates, sessions, standing
from agencies.access.addresses import client_address
from agencies.access.trail import note
from agencies.errors import TooManyTries
from agencies.models import User
from audit.actions import Action

# In this many seconds: guesses at one account from wherever, and tries from one place, where a whole office may sit
# behind one address.
WINDOW, PER_ACCOUNT, PER_ADDRESS = 60, 10, 120


def count_try(username: str, request: HttpRequest | None) -> None:
    """Count an attempt to log in, whichever door it comes through. Raises TooManyTries."""
    if (
        rates.count(f"tries/account/{username.lower()}", WINDOW) > PER_ACCOUNT
        or rates.count(f"tries/address/{client_address(request)}", WINDOW) > PER_ADDRESS
    ):
        raise TooManyTries(WINDOW)


def connect() -> None:
    """Listen; `dispatch_uid` keeps a second call from recording everything twice."""
    user_logged_in.connect(_logged_in, dispatch_uid="agencies.logged_in")
    user_logged_out.connect(_logged_out, dispatch_uid="agencies.logged_out")
    user_login_failed.connect(_login_failed, dispatch_uid="agencies.login_failed")
    user_locked_out.connect(_locked_out, dispatch_uid="agencies.locked_out")


def _logged_in(sender: Any, request: HttpRequest | None, user: User, **_: Any) -> None:
    factor, surplus = "", 0
    if request is not None:
        # Which second factor the door has checked; the session itself may just have been emptied.
        factor = str(getattr(request, "second_factor", ""))
        sessions.begin(request.session)
        # The single sign-on says so itself, after this; by any other door it is over.
        request.session.pop(standing.SIGN_ON, None)
        standing.prove(request.session, factor)
        surplus = live.begin(user, request)
    told = {"second_factor": factor} if factor else {}
    _record(user, Action.LOGIN_SUCCEEDED, told, request)
    for _n in range(surplus):
        _record(user, Action.LOGGED_OUT, {"session_end": "limit"}, None)


def _logged_out(sender: Any, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    why = sessions.ended_by(request) if request is not None else ""
    if request is not None:
        live.end(request.session.get(standing.ENTRY))
    # What ended a session from elsewhere has its own event.
    if user is not None and why != sessions.ELSEWHERE:
        _record(user, Action.LOGGED_OUT, {"session_end": why} if why else {}, request)


def _login_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    typed = str(credentials.get("username") or "")
    user = User.objects.filter(username=typed).first()
    if user is not None:
        step = {"login_step": credentials["step"]} if "step" in credentials else {}
        _record(user, Action.LOGIN_FAILED, {"disabled": not user.is_active, **step}, request)
        return
    _record(None, Action.LOGIN_FAILED, {"name_digest": lockout.digest(typed)}, request)


def _locked_out(sender: Any, request: HttpRequest, username: str, ip_address: str | None, **_: Any) -> None:
    """An account that exists was closed, or an address was: the second by its sealed address."""
    user = User.objects.filter(username=username).first()
    until = lockout.closed_until(username, request)
    told = {"locked_until": until.isoformat()} if until else {}
    if user is None:
        told["name_digest"] = username[1:]
    _record(user, Action.ACCOUNT_LOCKED, told, request)


def _record(user: User | None, action: Action, data: dict[str, Any], request: HttpRequest | None) -> None:
    note(user, action, data, address=client_address(request))
