"""The approved versions, kept per process: a decision costs no query while nothing has changed.

They stand under the stamp of the directory, which every load of a case brings along and which every decision about a
version changes (`rule_version_stamp`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from django.db import connection

from agencies.directory import read_stamp
from cases.policy.entered import Entered, Version


class _Process:
    """What this process holds. Threads may replace it at the same time: each holds a whole one."""

    held: tuple[int, Entered] | None = None


def entered_rules(stamp: int | None = None) -> Entered:
    """The approved versions as of now; with the stamp that was just read it costs no query while nothing changed."""
    held = _Process.held
    if held is not None and held[0] == (read_stamp() if stamp is None else stamp):
        return held[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules_entered()")
        read = orjson.loads(cursor.fetchone()[0])
    found = Entered(tuple(_version(row) for row in read["versions"] or ()))
    _Process.held = read["stamp"], found
    return found


def in_force(kind: str, region: str, day: date) -> tuple[Version, ...]:
    """The versions of a kind that hold in a region (or in one around it) on a day, the narrowest first."""
    return entered_rules().in_force(kind, region, day)


def _version(row: list[Any]) -> Version:
    identity, kind, key, region, body, first, last, *rest = row
    return Version(
        identity,
        kind,
        key,
        region,
        body,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        *rest,
    )
