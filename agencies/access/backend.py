"""Django's login against our accounts. The account of a session is read on every request, hence in SQL."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest

from agencies.access import lockout
from agencies.access.logins import count_try
from agencies.access.passwords import keeping as passwords
from agencies.models import Client, User

# In the order of the model: `from_db` takes a whole row by its places, and the table may have another order.
_FIELDS = User._meta.concrete_fields  # noqa: SLF001
_COLUMNS = ", ".join(f"u.{field.column}" for field in _FIELDS)
_QUERY = f"""SELECT {_COLUMNS} FROM agencies_user u WHERE id = %s AND is_active AND NOT is_system
    AND NOT EXISTS (SELECT FROM agencies_client c WHERE c.user_id = u.id)"""


class Accounts(ModelBackend):
    """Passwords as Django checks them; a disabled account has no session from its next request on.

    Neither the system actor nor a system of an agency ever logs in. The demo's password opens nothing outside the demo,
    whatever a database that was copied from one still holds. A password for one use opens nothing after its day.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        """The account, None for a wrong name or password. Raises TooManyTries.

        The rate is counted first, in the cache: it costs nothing and holds against many requests at once. The lock
        in the database is asked again after the password, which takes its time, for what others have tried meanwhile.
        """
        count_try(username or "", request)
        lockout.check(username or "", request)
        if passwords.is_public(password):
            return None
        found: User | None = super().authenticate(request, username=username, password=password, **more)
        if found is None or passwords.is_over(found):
            return None
        lockout.check(found.username, request)
        return found

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if not super().user_can_authenticate(user) or getattr(user, "is_system", False):
            return False
        return not Client.objects.filter(user_id=cast("int", getattr(user, "pk", None))).exists()

    def get_user(self, user_id: int) -> User | None:
        """The account of this session, None when it is disabled or gone."""
        with connection.cursor() as cursor:
            cursor.execute(_QUERY, [user_id])
            row = cursor.fetchone()
        names = [field.attname for field in _FIELDS]
        return None if row is None else User.from_db(connection.alias, names, row)
