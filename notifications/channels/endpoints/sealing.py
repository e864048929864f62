"""The address and the secrets of an endpoint, sealed with the vault's keys and bound to its id."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from cases.models.sealing import endpoint_place, key_ring
from notifications.channels.endpoints.model import Endpoint


class Kept(NamedTuple):
    """What is sealed. `former`: the secret before this one, while a rotation is under way."""

    url: str
    secret: str = ""
    former: str = ""

    def __repr__(self) -> str:
        return "Kept(…)"


def seal(endpoint: Endpoint, kept: Kept) -> None:
    """Put it into the row, which is not saved."""
    endpoint.sealed = key_ring().seal(json.dumps(kept).encode(), endpoint_place(endpoint.id.bytes))


def opened(endpoint: Endpoint) -> Kept:
    """Raises CannotOpen."""
    return Kept(*json.loads(key_ring().open(endpoint.sealed, endpoint_place(endpoint.id.bytes))))


def blind(url: str) -> bytes:
    """Equal for equal addresses."""
    return key_ring().blind("endpoint", url)


def secrets(endpoint: Endpoint, kept: Kept, now: datetime) -> str:
    """What signs a call: the secret and, for some days after a rotation, the one before it."""
    both = kept.former and endpoint.former_until is not None and now < endpoint.former_until
    return f"{kept.secret} {kept.former}" if both else kept.secret
