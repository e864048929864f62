"""Security keys and passkeys as second factors (WebAuthn): allauth.mfa's ceremonies, and the key's own counter."""

from __future__ import annotations

from typing import Any

import orjson
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from agencies.access.second.factors import Type
from agencies.models import User
from audit.sight import working_as

LONGEST = 20_000


@working_as("entry")
def to_create(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a credential of a new key."""
    with request_context(request):
        return _plain(auth.begin_registration(user, passwordless=False))


@working_as("entry")
def to_ask(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to ask one of this person's keys."""
    with request_context(request):
        return _plain(auth.begin_authentication(user))


@working_as("entry")
def has_any(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Type.WEBAUTHN).exists()


def made(request: HttpRequest, typed: str) -> tuple[dict[str, Any], int] | None:
    """The credential that a key has made for this very session, with its counter; None where it does not hold."""
    credential = _read(typed)
    if credential is None:
        return None
    try:
        with request_context(request):
            auth.parse_registration_response(credential)
            data = auth.complete_registration(credential)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return credential, int(data.counter)


@working_as("entry")
def check(request: HttpRequest, user: User, typed: str) -> str:
    """The sort of factor where one of this person's keys has signed this session's challenge, else empty.

    A counter that does not go on belongs to a copy of the key; keys that do not count say 0 every time.
    """
    answer = _read(typed)
    if answer is None:
        return ""
    try:
        with request_context(request):
            counter = int(auth.parse_authentication_response(answer).response.authenticator_data.counter)
            found = auth.complete_authentication(user, answer)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    finally:
        # One challenge, one answer, right or wrong.
        request.session.pop(auth.STATE_SESSION_KEY, None)
    return _counted(found.pk, counter)


@transaction.atomic
def _counted(pk: int, counter: int) -> str:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None or (counter and counter <= row.data.get("counter", 0)):
        return ""
    row.data["counter"], row.last_used_at = counter, timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return str(Type.WEBAUTHN)


def _read(typed: str) -> dict[str, Any] | None:
    if not 0 < len(typed) <= LONGEST:
        return None
    try:
        found = orjson.loads(typed)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """As JSON holds it: fido2's objects know how to be mappings of plain values."""
    return {name: dict(value) if hasattr(value, "keys") else value for name, value in options.items()}
