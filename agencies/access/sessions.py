"""A session ends by itself: a quarter of an hour after the last request, a working day after the login at the latest.

By the machine's clock: the demo's clock leaps over weeks. It also ends where its row is gone (`live`): signed out from
elsewhere, one too many, a changed password, a lost factor, a disabled account. Whoever ends it himself, `logins`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from agencies.access import live
from agencies.access.standing import ENTRY, Standing, standing
from audit import clock

BEGUN, SEEN = "begun", "seen"
# What an open page asks for by itself: it is no sign of a person, and a desk that was left is still signed out.
UNATTENDED = frozenset({"/inbox/arrivals/", "/second/state/", "/suspensions/state/", "/suspensions/hello/"})
IDLE, AGE, ELSEWHERE = "idle", "age", "elsewhere"


def begin(session: SessionBase) -> None:
    """Note when somebody has logged in."""
    session[BEGUN] = session[SEEN] = _now()


def ended_by(request: HttpRequest) -> str:
    """Why the session of this request has just ended by itself, empty when it has not."""
    return str(getattr(request, "session_ended_by", ""))


def ended_of(request: HttpRequest) -> int | None:
    """Whose session that was."""
    return getattr(request, "session_ended_of", None)


def standing_of(request: HttpRequest) -> Standing | None:
    """How the session of this request stands; None for that of nobody."""
    return getattr(request, "standing", None)


def ending(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """End a session that is over; the request then goes on as that of nobody."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY in request.session:
            now = standing(request.session[SESSION_KEY], request.session)
            why = _over(request.session) if now.alive else ELSEWHERE
            if why:
                request.session_ended_by = why  # type: ignore[attr-defined]
                request.session_ended_of = int(request.session[SESSION_KEY])  # type: ignore[attr-defined]
                logout(request)
            else:
                request.standing = now  # type: ignore[attr-defined]
                if request.path not in UNATTENDED:
                    _note(request.session)
        return get_response(request)

    return middleware


def _note(session: SessionBase) -> None:
    if _now() - session[SEEN] >= live.GRAIN:
        session[SEEN] = _now()
        live.seen(session[ENTRY])


def _over(session: SessionBase) -> str:
    now = _now()
    # One that begins in the future would last for as long as the clock was set back.
    if not -live.GRAIN <= now - session[BEGUN] <= settings.SESSION_COOKIE_AGE:
        return AGE
    return IDLE if now - session[SEEN] > settings.SESSION_IDLE_SECONDS else ""


def _now() -> int:
    return int(clock.real_now().timestamp())
