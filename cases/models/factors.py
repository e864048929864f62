"""The secrets of second factors at rest, under the key ring like personal data; and how allauth.mfa calls us."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cases.models.sealing import CannotOpen, key_ring

PLACE = b"second factor"
# Where the secret stands in the data of a factor.
SECRETS = {"totp": "secret", "recovery_codes": "seed"}


class Adapter(DefaultMFAAdapter):
    """No mail, no site: this product uses allauth.mfa's tables and ceremonies, and none of its pages."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(key_ring().seal(text.encode(), PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return key_ring().open(base64.b64decode(encrypted_text), PLACE).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        name = user.get_username()
        return {"id": str(user.pk).encode(), "display_name": name, "name": name}

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Nothing is mailed: what was changed stands in the audit trail and on the person's own page."""


def keys_in_use() -> dict[str, int]:
    """How many secrets each key of the ring, or one that is no longer in it, has closed."""
    ring = key_ring()
    return dict(sorted(Counter(ring.key_of(base64.b64decode(_sealed(row)[1])) for row in _rows()).items()))


def reseal() -> tuple[int, list[str]]:
    """Close every secret again with the first key of the ring: how many moved, and which did not open."""
    ring, moved, unreadable = key_ring(), 0, []
    for number in [row.pk for row in _rows()]:
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=number).first()
            if row is None:
                continue
            name, sealed = _sealed(row)
            if ring.key_of(base64.b64decode(sealed)) == ring.current:
                continue
            try:
                row.data[name] = base64.b64encode(ring.reseal(base64.b64decode(sealed), PLACE)).decode()
            except CannotOpen:
                unreadable.append(f"mfa_authenticator {number}")
                continue
            row.save(update_fields=["data"])
            moved += 1
    return moved, unreadable


def _rows() -> Iterable[Authenticator]:
    """The factors that hold a secret; a security key keeps its own."""
    return Authenticator.objects.filter(type__in=SECRETS).order_by("pk")


def _sealed(row: Authenticator) -> tuple[str, str]:
    name = SECRETS[row.type]
    return name, row.data[name]
