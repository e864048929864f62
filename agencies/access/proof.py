"""The second step of a login, and proving anew who it is: whatever is typed there is counted like a password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from agencies.access import lockout, standing
from agencies.access.addresses import client_address
from agencies.access.logins import count_try
from agencies.access.second import factors, keys
from agencies.access.trail import note
from agencies.errors import BadInput
from agencies.models import User
from audit import clock
from audit.actions import Action

WAITING = "waiting_login"
WAIT_SECONDS = 5 * 60


def wait(request: HttpRequest, user: User) -> None:
    """The password was right: remember for a few minutes who is about to show a second factor."""
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        "at": int(clock.real_now().timestamp()),
        "hash": user.get_session_auth_hash(),
    }


def waiting(request: HttpRequest) -> User | None:
    """Who is about to show a second factor in this session; nobody after some minutes or a changed password."""
    kept = request.session.get(WAITING)
    if not kept or not 0 <= int(clock.real_now().timestamp()) - kept["at"] <= WAIT_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, is_system=False).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), kept["hash"]) else None


def finish(request: HttpRequest, user: User, *, code: str = "", credential: str = "") -> None:
    """Log in with the second factor. Raises TooManyTries, BadInput."""
    factor = check_second(request, user, code=code, credential=credential)
    request.session.pop(WAITING, None)
    enter(request, user, factor)


def enter(request: HttpRequest, user: User, factor: str = "") -> None:
    """Begin the session of somebody whose proofs were checked."""
    request.second_factor = factor  # type: ignore[attr-defined]
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])


def check_second(request: HttpRequest, user: User, *, code: str = "", credential: str = "") -> str:
    """The sort of second factor that was shown. Raises TooManyTries, BadInput."""
    _count(request, user)
    found = keys.check(request, user, credential) if credential else factors.check_code(user, code)
    if found:
        return found
    _failed(request, user, "second_factor")
    if credential:
        raise BadInput(
            "安全密钥没有通过验证。请插好本人登记过的密钥再试，或改用动态码、恢复码。",
            "The security key was not accepted. Use a key that you have registered, or a code instead.",
            field="code",
        )
    raise BadInput(
        "验证码不正确，或已用过。请等验证器换出新的 6 位动态码再输入，或改用一个恢复码。",
        "The code is wrong or was used already. Wait for the app's next 6 digits, or use a recovery code.",
        field="code",
    )


def step_up(request: HttpRequest, user: User, *, password: str = "", code: str = "", credential: str = "") -> None:
    """Prove anew who it is: by the second factor, else by the password. Raises TooManyTries, BadInput."""
    if factors.has_any(user):
        by = check_second(request, user, code=code, credential=credential)
        standing.prove(request.session, by)
    else:
        by = _check_password(request, user, password)
        standing.prove(request.session)
    lockout.forget(user)
    confirmed(request, user, by)


def confirmed(request: HttpRequest, user: User, by: str) -> None:
    """Put on record that somebody has proved anew who it is, and by what."""
    note(user, Action.IDENTITY_CONFIRMED, {"method": by}, address=client_address(request))


def _check_password(request: HttpRequest, user: User, password: str) -> str:
    _count(request, user)
    if user.check_password(password):
        return "password"
    _failed(request, user, "password")
    raise BadInput("密码不正确，请重新输入。", "The password is not right; type it again.", field="password")


def _count(request: HttpRequest, user: User) -> None:
    count_try(user.username, request)
    lockout.check(user.username, request)


def _failed(request: HttpRequest, user: User, step: str) -> None:
    """Counted and recorded like a wrong password; raises LockedOut at the last of too many."""
    typed = {"username": user.username, "step": step}
    user_login_failed.send(sender=get_user_model(), credentials=typed, request=request)
    lockout.check(user.username, request)
