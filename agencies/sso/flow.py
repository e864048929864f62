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

from agencies.access.addresses import client_address
from agencies.access.backend import Accounts
from agencies.access.rates import Rate, spend
from agencies.access.standing import SIGN_ON
from agencies.models import User
from agencies.sso import told
from agencies.sso.provider import ProviderFailed, discover, redeem, verify
from audit import clock

logger = logging.getLogger(__name__)
PENDING, STRONG = "sso_pending", SIGN_ON
PATIENCE_SECONDS = 600
TRIES = Rate("sso", 60, 60)


class SsoRefused(Exception):
    """Nobody was logged in. `code`: provider, expired, declined, no_account."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(request: HttpRequest, redirect_uri: str, target: str) -> str:
    """Where to send the browser. Raises SsoRefused, TooOften."""
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
    }
    return f"{provider['authorization_endpoint']}?{urlencode(asked)}"


def finish(request: HttpRequest) -> tuple[User, str]:
    """Log in whom the provider names; returns the account and where it wanted to go. Raises SsoRefused, TooOften."""
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
    return _logged_in(request, claims), str(pending["next"])


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
    """The account that the claim names. None is made, and an address of mail proves nothing."""
    value = claims.get(settings.OIDC.claim)
    user = _account(value) if isinstance(value, str) and value else None
    if user is None or not Accounts().user_can_authenticate(user):
        told.refused(request, "no_account", str(value or ""))
        raise SsoRefused("no_account")
    login(request, user, backend="agencies.access.backend.Accounts")
    request.session[STRONG] = strong = _is_strong(claims)
    told.accepted(request, user, str(claims["sub"]), strong=strong)
    return user


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
