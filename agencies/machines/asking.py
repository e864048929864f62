"""Tokens as events of the account: given, refused, given back; and how often one may ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agencies.access.rates import Rate
from agencies.access.trail import digest, note
from agencies.models import Client
from audit.actions import Action
from audit.log import EventActor

# A token lasts for half an hour: more often than this is a fault in the system, or somebody guesses.
CLIENT_TRIES = Rate("token-client", 20, 60)
ADDRESS_TRIES = Rate("token-address", 60, 60)


def record_token(client_id: str, scopes: Sequence[str], seconds: int, address: str, now: datetime) -> None:
    """A token was given."""
    _write(client_id, Action.CLIENT_TOKEN_ISSUED, {"scopes": sorted(scopes), "seconds": seconds}, address, now)


def record_refused(client_id: str, code: str, address: str, now: datetime) -> None:
    """Somebody asked in vain. Of an id that is no client's only a keyed digest is kept: it may be anything."""
    _write(client_id, Action.CLIENT_TOKEN_REFUSED, {"code": code}, address, now)


def record_revoked(client_id: str, address: str, now: datetime) -> None:
    """A token was given back."""
    _write(client_id, Action.CLIENT_TOKEN_REVOKED, {}, address, now)


def _write(client_id: str, action: Action, data: dict[str, Any], address: str, now: datetime) -> None:
    client = Client.objects.filter(application__client_id=client_id).select_related("user").first()
    if client is None:
        told = {**data, "name_digest": digest(client_id, "agencies.machines")}
        note(None, action, told, address=address, now=now)
        return
    by = EventActor(client.user_id, client.user.username, client.agency_id)
    note(client.user, action, {**data, "client": client_id}, by=by, address=address, now=now)
