"""Out to the city's sign-on and back. What was sent along is kept in the session, used once, and for ten minutes."""

from __future__ import annotations

import hashlib
import logging
import secrets
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from agencies.access import proof, standing
from agencies.access.addresses import client_address
from agencies.access.backend import Accounts
from agencies.access.rates import Rate, spend
from agencies.access.second import factors
from agencies.access.standing import SIGN_ON
from agencies.models import User
from agencies.sso import told
from agencies.sso.provider import LEEWAY_SECONDS, ProviderFailed, discover, redeem, verify
from audit import clock

logger = logging.getLogger(__name__)
PENDING, STRONG = "sso_pending", SIGN_ON
PATIENCE_SECONDS = 600
TRIES = Rate("sso", 60, 60)


class SsoRefused(Exception):
    """Nobody was logged in, nothing confirmed. `code`: provider, expired, declined, no_account, not_confirmed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(request: HttpRequest, redirect_uri: str, target: str, *, anew: bool = False) -> str:
    """Where to send the browser. Raises SsoRefused, TooOften.

    `anew`: whoever is logged in here shall prove there once more who it is, whatever session the provider has.
    """
    spend(TRIES, client_address(request))
    try:
        provider = discover()
    except ProviderFailed as failed:
        logger.warning("single sign-on failed: %s", failed.code)
        raise SsoRefused("provider") from failed
    verifier = secrets.token_urlsafe(48)
    pending = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": verifier,
        "redirect_uri": redirect_uri,
        "next": target,
        "anew": anew,
        "at": int(clock.real_now().timestamp()),
    }
    request.session[PENDING] = pending
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC.client_id,
        "redirect_uri": redirect_uri,
        "scope": settings.OIDC.scope,
        "state": pending["state"],
        "nonce": pending["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if anew else {}),
    }
    return f"{provider['authorization_endpoint']}?{urlencode(asked)}"


def finish(request: HttpRequest) -> tuple[User, str, bool]:
    """Log in whom the provider names, or take the proof that was asked for anew.

    Returns the account, where it wanted to go, and whether this was such a proof. Raises SsoRefused, TooOften.
    """
    spend(TRIES, client_address(request))
    pending = _taken(request.session)
    age = int(clock.real_now().timestamp()) - int(pending.get("at", 0))
    if not pending or not constant_time_compare(request.GET.get("state", ""), pending["state"]):
        raise SsoRefused("expired")
    if not 0 <= age <= PATIENCE_SECONDS:
        raise SsoRefused("expired")
    if "error" in request.GET or not request.GET.get("code"):
        raise SsoRefused("declined")
    try:
        claims = _claims(request, pending)
    except ProviderFailed as failed:
        logger.warning("single sign-on failed: %s", failed.code)
        told.refused(request, failed.code, "")
        raise SsoRefused("provider") from failed
    anew = bool(pending.get("anew"))
    user = _confirmed(request, claims, since=int(pending["at"])) if anew else _logged_in(request, claims)
    return user, str(pending["next"]), anew


def _taken(session: SessionBase) -> dict[str, Any]:
    """What was sent along, taken out at once: whatever happens, this answer is taken once. Raises SsoRefused."""
    pending: dict[str, Any] = session.pop(PENDING, None) or {}
    if pending:
        try:
            session.save()  # with an answer of 5xx the middleware would not
        except UpdateError as gone:
            raise SsoRefused("expired") from gone
    return pending


def _claims(request: HttpRequest, pending: dict[str, Any]) -> dict[str, Any]:
    """Who the provider says this is. Raises ProviderFailed."""
    provider = discover()
    if request.GET.get("iss", provider["issuer"]) != provider["issuer"]:  # RFC 9207
        raise ProviderFailed("wrong_issuer")
    token = redeem(provider, request.GET["code"], pending["verifier"], pending["redirect_uri"])
    return verify(provider, token, pending["nonce"])


def counts_as_second_factor(session: SessionBase) -> bool:
    """Whether the provider asked for a second factor that the operator accepts (LIANZHI_OIDC_SECOND_FACTOR)."""
    return bool(session.get(STRONG, False))


def can_confirm(session: SessionBase, user: User) -> bool:
    """Whether the city's sign-on can prove anew who this is: not in place of a second factor of our own."""
    if settings.OIDC is None or SIGN_ON not in session:
        return False
    return counts_as_second_factor(session) or not factors.has_any(user)


def logout_address(redirect_uri: str) -> str | None:
    """Where the session of the provider ends, None where it offers none or does not answer."""
    try:
        address = discover().get("end_session_endpoint")
    except ProviderFailed:
        return None
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        return None
    return f"{address}?{urlencode({'client_id': settings.OIDC.client_id, 'post_logout_redirect_uri': redirect_uri})}"


def _logged_in(request: HttpRequest, claims: dict[str, Any]) -> User:
    """The account that the claim names. None is made, and an address of mail proves nothing.

    The provider may have let somebody through whom it asked for nothing: this proves who it is only where it says when
    it last asked (`auth_time`), and for as long as from then.
    """
    user = _named(request, claims)
    login(request, user, backend="agencies.access.backend.Accounts")
    request.session[STRONG] = strong = _is_strong(claims)
    standing.prove(request.session, at=_asked_at(claims) if strong or not factors.has_any(user) else 0)
    told.accepted(request, user, str(claims["sub"]), strong=strong)
    return user


def _confirmed(request: HttpRequest, claims: dict[str, Any], *, since: int) -> User:
    """The person of this very session, asked by the provider since then, and as strongly as at the login."""
    user = _named(request, claims)
    asked_now = _asked_at(claims) >= since - LEEWAY_SECONDS
    weaker = counts_as_second_factor(request.session) and not _is_strong(claims)
    if user.pk != request.user.pk or not asked_now or weaker or not can_confirm(request.session, user):
        told.refused(request, "not_confirmed", user.username)
        raise SsoRefused("not_confirmed")
    standing.prove(request.session)
    proof.confirmed(request, user, "sso")
    return user


def _named(request: HttpRequest, claims: dict[str, Any]) -> User:
    """The account in use that the claim names. Raises SsoRefused."""
    value = claims.get(settings.OIDC.claim)
    user = _account(value) if isinstance(value, str) and value else None
    if user is None or not Accounts().user_can_authenticate(user):
        told.refused(request, "no_account", str(value or ""))
        raise SsoRefused("no_account")
    return user


def _asked_at(claims: dict[str, Any]) -> int:
    """When the provider last asked this person for a proof, never later than now; 0 where it does not say."""
    said, now = claims.get("auth_time"), int(clock.real_now().timestamp())
    # JSON as Python reads it knows NaN and infinities, too: neither lies between.
    if not isinstance(said, int | float) or not 0 <= said <= now + LEEWAY_SECONDS:
        return 0
    return min(int(said), now)


def _account(value: str) -> User | None:
    if "\x00" in value:
        return None
    if settings.OIDC.field == "staff_no":
        return User.objects.filter(staff_no=value).first()
    return User.objects.filter(username=value.lower()).first()


def _is_strong(claims: dict[str, Any]) -> bool:
    amr = claims.get("amr")
    said = {str(claims.get("acr", "")), *(str(method) for method in (amr if isinstance(amr, list) else ()))}
    return not said.isdisjoint(settings.OIDC.second_factor)
