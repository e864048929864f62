"""Every event of an endpoint, in the stream of its agency: which one, and never its address or a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.actions import Action
from audit.log import EventActor
from audit.services import Recorded, record
from notifications.channels.endpoints.model import Endpoint


def tell(
    endpoint: Endpoint,
    action: Action,
    by: EventActor,
    now: datetime,
    more: Mapping[str, Any] | None = None,
    *,
    named: bool = False,
) -> Recorded:
    """Append it, in the transaction of the change. `named`: with the name that somebody typed, sealed."""
    agency = endpoint.agency
    data = {
        "agency": agency.pk,
        "agency_code": agency.code,
        "endpoint": str(endpoint.pk),
        "channel": endpoint.channel,
        "host": endpoint.host,
        **(more or {}),
    }
    sealed = {"name": endpoint.name} if named else None
    return record(stream=f"agency/{agency.code}", action=action, actor=by, data=data, sealed=sealed, now=now)
