"""Second factors: codes of an app (TOTP, RFC 6238), security keys (WebAuthn) and recovery codes.

The tables, the arithmetic and the formats are allauth.mfa's. Not its check of a code: that one remembers used codes in
the cache for one step, while a code is taken for three; here the step of the last code is kept with the factor, so that
no code is taken twice, whatever happens to the cache.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import NamedTuple

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from agencies.models import User
from agencies.vocabulary import Role
from audit.sight import working_as

Type = Authenticator.Type
REAL = (Type.TOTP, Type.WEBAUTHN)
# Who decides about somebody's power, and who decides about others' accounts.
ROLES = tuple(role.value for role in Role if role in {Role.REVIEWER, Role.APPROVER} or role.value.endswith("_admin"))
# Whether the account `u` decides today, in an own post or in that of somebody absent; `WANTED` stands beside `u`.
WANTED = "(SELECT %s::varchar[] AS roles) w"  # its parameter is `ROLES`
DECIDES = """(EXISTS (SELECT FROM agencies_membership m WHERE m.user_id = u.id AND m.active AND m.role = ANY(w.roles))
    OR EXISTS (SELECT FROM agencies_substitution s WHERE s.substitute_id = u.id AND s.ended_at IS NULL
               AND agencies_today() BETWEEN s.first_day AND s.last_day AND s.roles && w.roles))"""
DIGITS = 6
KEYS_LIMIT = 8


class Held(NamedTuple):
    """One factor of a person, for the page that lists them."""

    id: int
    type: str
    name: str
    created_at: datetime
    used_at: datetime | None
    left: int | None


def required_of(user: User) -> bool:
    """Whether this person may work only with a second factor."""
    if settings.SECOND_FACTOR != "required":
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {DECIDES} FROM agencies_user u, {WANTED} WHERE u.id = %s", [list(ROLES), user.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


@working_as("entry")
def has_any(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=REAL).exists()


def expected_of(user: User) -> bool:
    """Whether this person's password does not stand alone."""
    return bool(user.pk) and (has_any(user) or required_of(user))


@working_as("entry")
def held(user: User) -> list[Held]:
    """The person's factors in the order in which they came, recovery codes last."""
    rows = Authenticator.objects.filter(user=user).order_by("id")
    found = [
        Held(
            row.pk,
            row.type,
            row.data.get("name", ""),
            row.created_at,
            row.last_used_at,
            len(RecoveryCodes(row).get_unused_codes()) if row.type == Type.RECOVERY_CODES else None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.type == Type.RECOVERY_CODES)


@working_as("entry")
def has_app(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Type.TOTP).exists()


def check_code(user: User, typed: str) -> str:
    """The sort of factor that this code belongs to, empty for a wrong one. A code that was right is used up."""
    code = "".join(sign for sign in typed if sign.isascii() and sign.isalnum())
    if len(code) == DIGITS:
        return _check_app(user, code)
    return _check_recovery(user, code) if code else ""


def step_of(secret: str, code: str) -> int | None:
    """The step of time to which this code belongs, None where it is wrong."""
    steps = yield_hotp_counters_from_time()
    return next((n for n in steps if hmac.compare_digest(format_hotp_value(hotp_value(secret, n)), code)), None)


@working_as("entry")
@transaction.atomic
def _check_app(user: User, code: str) -> str:
    row = Authenticator.objects.select_for_update().filter(user=user, type=Type.TOTP).first()
    if row is None:
        return ""
    step = step_of(get_adapter().decrypt(row.data["secret"]), code)
    if step is None or step <= row.data.get("step", 0):
        return ""
    row.data["step"], row.last_used_at = step, timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return str(Type.TOTP)


@working_as("entry")
@transaction.atomic
def _check_recovery(user: User, code: str) -> str:
    row = Authenticator.objects.select_for_update().filter(user=user, type=Type.RECOVERY_CODES).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return ""
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
    return str(Type.RECOVERY_CODES)


def lock(user: User) -> None:
    """Changes of one person's factors wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM agencies_user WHERE id = %s FOR UPDATE", [user.pk])
