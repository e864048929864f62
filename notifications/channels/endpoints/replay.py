"""Endpoints as the events of their agencies tell them, compared with the table by `verify_audit`.

Their names and addresses are sealed, and what became of calls has no event: neither is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from agencies.replay.rows import Told, compare, fetch, time_of
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope
from notifications.channels.endpoints.model import BOTH_SIGN, Endpoint

_ROWS: Final = """SELECT 'agency/' || a.code AS stream, e.id::text AS endpoint, e.agency_id, e.channel, e.host,
    e.topics, e.language, e.active, e.off, e.secret_version, e.former_until
    FROM notifications_endpoint e JOIN agencies_agency a ON a.id = e.agency_id WHERE"""


class Endpoints:
    """Of all agencies in one pass."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], Told] = {}

    def take(self, event: Event) -> None:
        if not str(event.body["action"]).startswith("endpoint_"):
            return
        data = event.body["data"]
        key = event.stream, data["endpoint"]
        row = {**(self._told[key].row or {}), **_changed(event, data)} if key in self._told else _made(event, data)
        self._told[key] = Told(row, event.seq)

    def problems(self, scope: Scope, damaged: Collection[str]) -> Iterator[Problem]:
        found = {(row.pop("stream"), row.pop("endpoint")): row for row in fetch(scope, _ROWS, "'agency/' || a.code")}
        for key in sorted(self._told.keys() | found.keys()):
            stream = key[0]
            if stream not in damaged:
                told = {stream: self._told[key]} if key in self._told else {}
                rows = {stream: found[key]} if key in found else {}
                yield from compare(told, rows, "单位通知渠道", "notifications_endpoint")


def _made(event: Event, data: dict[str, Any]) -> dict[str, Any] | None:
    """None where what changes was never added."""
    if event.body["action"] != Action.ENDPOINT_ADDED:
        return None
    return {
        "agency_id": data["agency"],
        "channel": data["channel"],
        "host": data["host"],
        "topics": data["topics"],
        "language": data["language"],
        "active": True,
        "off": "",
        "secret_version": data["version"],
        "former_until": None,
    }


def _changed(event: Event, data: dict[str, Any]) -> dict[str, Any]:
    match event.body["action"]:
        case Action.ENDPOINT_CHANGED:
            return {"topics": data["topics"], "language": data["language"]}
        case Action.ENDPOINT_SWITCHED:
            return {"active": data["active"], "off": "" if data["active"] else Endpoint.Off.BY_HAND.value}
        case Action.ENDPOINT_GONE:
            return {"active": False, "off": Endpoint.Off.GONE.value}
        case Action.ENDPOINT_SECRET_CHANGED:
            until = None if data["at_once"] else time_of(event) + BOTH_SIGN
            return {"secret_version": data["version"], "former_until": until}
    return {}
