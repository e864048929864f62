"""Whose token is this: asked of the database on every request, so that what has ended has ended."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from oauth2_provider.models import AccessToken

from agencies.models import Client, User
from audit import clock
from audit.sight import working_as

# Client, account, agency and, for a unit, its principal: each can be taken out of use.
LIVING = (
    Q(active=True, user__is_active=True, agency__active=True)
    & (Q(agency__parent__isnull=True) | Q(agency__parent__active=True))
)  # fmt: skip


class Grant(NamedTuple):
    """A token that holds now: the account in whose name it acts, and what it may do."""

    user: User
    client_id: int
    scopes: frozenset[str]


def living(application_id: int) -> Client | None:
    """The client with these credentials, None for one that has ended or was never ours."""
    return _clients().filter(application_id=application_id).first()


@working_as("machines")
def grant_of(token: str) -> Grant | None:
    """What a token allows at this moment; None where it is unknown, expired or its client has ended."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found: Any = AccessToken.objects.filter(token_checksum=digest, expires__gt=clock.real_now()).first()
    client = living(found.application_id) if found is not None else None
    if found is None or client is None:
        return None
    # A scope that was given with the token and has been taken from the client since is gone.
    return Grant(client.user, client.pk, frozenset(found.scope.split()) & frozenset(client.scopes))


def _clients() -> QuerySet[Client]:
    return Client.objects.filter(LIVING).select_related("user", "agency")
