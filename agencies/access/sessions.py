"""A session ends by itself: a quarter of an hour after the last request, a working day after the login at the latest.

By the machine's clock: the demo's clock leaps over weeks. The password's change and a disabled account end it elsewhere
(`backend`); whoever ends it himself, `logins`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from audit import clock

BEGUN, SEEN = "begun", "seen"
IDLE, AGE = "idle", "age"
# Seconds by which the last request on record may be late: a session is not written on every request.
GRAIN = 60


def begin(session: SessionBase) -> None:
    """Note when somebody has logged in."""
    session[BEGUN] = session[SEEN] = _now()


def ended_by(request: HttpRequest) -> str:
    """Why the session of this request has just ended by itself, empty when it has not."""
    return str(getattr(request, "session_ended_by", ""))


def ending(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """End a session that has lasted too long; the request then goes on as that of nobody."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY in request.session:
            why = _over(request.session)
            if why:
                request.session_ended_by = why  # type: ignore[attr-defined]
                logout(request)
            elif _now() - request.session[SEEN] >= GRAIN:
                request.session[SEEN] = _now()
        return get_response(request)

    return middleware


def _over(session: SessionBase) -> str:
    if BEGUN not in session:
        begin(session)  # begun before this rule was there
    now = _now()
    # One that begins in the future would last for as long as the clock was set back.
    if not -GRAIN <= now - session[BEGUN] <= settings.SESSION_COOKIE_AGE:
        return AGE
    return IDLE if now - session[SEEN] > settings.SESSION_IDLE_SECONDS else ""


def _now() -> int:
    return int(clock.real_now().timestamp())
