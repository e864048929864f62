"""The messages of a batch of outbox rows: who is told, what the message keeps, what is told in one line."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from agencies.directory import Directory, get_directory
from agencies.selectors import Person, StandIn, rosters, separated, stand_ins
from agencies.vocabulary import SEPARATED_ROLES, Role
from notifications.choices.kinds import FOLLOWING
from notifications.recipients import Recipient, recipients
from notifications.wording import wording

logger = logging.getLogger(__name__)

SUM_FROM = 6  # tasks of one kind, from one transaction, for one agency
WITHOUT_A_CASE = -1  # administrators see no case: what is about none they may be told
_ADMINISTRATORS = frozenset({Role.AGENCY_ADMIN.value, *(role.value for role in SEPARATED_ROLES)})
# What a message may hold. Everything else in a payload, should a later one carry more, stays in the outbox.
KEPT = (
    *("number", "task", "kind", "label_zh", "label_en", "stage", "due_at", "action", "by", "count"),
    # Of a notice: where it leads, which step it is, whether it comes late, and figures.
    *("link", "step", "late", "year", "day", "waiting", "retrying", "dead", "oldest"),
)


class Row(NamedTuple):
    """An undelivered row of the outbox; rows with the same `written_by` were committed by one transaction.

    `rank` is how confidential the case is, `stamp` that of the directory of agencies, at this moment.
    """

    id: int
    topic: str
    agency_id: int | None
    payload: dict[str, Any]
    written_by: str
    rank: int = 0
    stamp: int | None = None
    attempts: int = 0
    failed_at: datetime | None = None


def messages_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {"outbox": row.id, "user_id": recipient.user_id, "agency_id": recipient.agency_id, "payload": _content(row)}
        for row, recipient in told_of(_summed(rows))
    ]


def told_of(rows: Sequence[Row]) -> list[tuple[Row, Recipient]]:
    """Who is told of which row, in their order. Of one act nobody hears twice how it went on (`kinds.FOLLOWING`)."""
    if not rows:
        return []
    directory = get_directory(stamp=rows[0].stamp)
    over = _administering(rows, directory)
    reached = {agency for row in rows for agency in _reach(row, directory)}
    known = rosters(reached | {agency for groups in over.values() for group in groups for agency in group})
    standing_in = stand_ins(reached)
    return _once(
        [
            (row, recipient)
            for row in rows
            for recipient in _told(row, directory, known, standing_in, over.get(row.id, []))
        ]
    )


def _once(told: list[tuple[Row, Recipient]]) -> list[tuple[Row, Recipient]]:
    """Leave out what only says how an act went on where the same person hears of that act of that case anyway."""
    heard = {_heard(row, to) for row, to in told if row.topic not in FOLLOWING}
    kept = []
    for row, to in told:
        if row.topic in FOLLOWING and row.payload.get("number"):
            if _heard(row, to) in heard:
                continue
            heard.add(_heard(row, to))
        kept.append((row, to))
    return kept


def _heard(row: Row, to: Recipient) -> tuple[str, object, int]:
    return row.written_by, row.payload.get("number"), to.user_id


def for_endpoints(rows: Sequence[Row]) -> list[tuple[Row, dict[str, Any]]]:
    """What a group or system of an agency may hear, in the same lines as its people: of ordinary cases only.

    A group has no clearance, and what is about no case is for administrators.
    """
    return [(row, _content(row)) for row in _summed(rows) if row.rank == 0]


def _content(row: Row) -> dict[str, Any]:
    """What the message keeps. It is put into words once here: what cannot be read must not reach an inbox."""
    content = {key: row.payload[key] for key in KEPT if key in row.payload}
    wording(row.topic, content)
    return content


def _summed(rows: Sequence[Row]) -> list[Row]:
    """Many tasks of one kind for one agency out of one transaction (an imported list) are told in one line.

    Its last row stands for all, with their count in place of a number; otherwise one list would bury everything else.
    What is about no case leads to a page of its own and is never summed.
    """
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        same = (
            row.id if row.rank == WITHOUT_A_CASE else 0,
            row.written_by,
            row.topic,
            row.agency_id,
            row.rank,
            *(row.payload.get(key) for key in ("kind", "action", "assignee", "step")),
        )
        groups.setdefault(same, []).append(row)
    told = [row for group in groups.values() if len(group) < SUM_FROM for row in group]
    for group in groups.values():
        if len(group) >= SUM_FROM:
            shared = {key: value for key, value in group[-1].payload.items() if key not in ("number", "task", "due_at")}
            told.append(group[-1]._replace(payload={**shared, "count": len(group)}))
    return sorted(told, key=lambda row: row.id)


def _told(
    row: Row,
    directory: Directory,
    known: Mapping[int, Sequence[Person]],
    standing_in: Sequence[StandIn],
    administering: Sequence[Collection[int]],
) -> list[Recipient]:
    reach = _reach(row, directory)
    if not reach:
        return []
    addressed = list(dict.fromkeys((reach[0], directory.by_id[reach[0]].principal_id)))
    cleared = {agency: [member for member in members if member.rank >= row.rank] for agency, members in known.items()}
    substitutes = [each for each in standing_in if each.rank >= row.rank]
    told = recipients(row.payload, addressed, reach, cleared, substitutes, administering)
    if not told and row.rank == WITHOUT_A_CASE:
        logger.warning("outbox row %s (%s) finds nobody to tell in agency %s", row.id, row.topic, row.agency_id)
    return told


def _reach(row: Row, directory: Directory) -> list[int]:
    """The addressed agency first, its principal, and that one's sub-units. Empty for an unknown agency or none."""
    agency = directory.by_id.get(row.agency_id or 0)
    if agency is None:
        return []
    units = [unit.id for unit in directory.units(agency.principal_id)]
    return list(dict.fromkeys((agency.id, agency.principal_id, *units)))


def _administering(rows: Sequence[Row], directory: Directory) -> dict[int, list[list[int]]]:
    """By row for administrators: the agencies where those of its region sit, in groups, the nearest region first."""
    wanting = [row for row in rows if _ADMINISTRATORS.intersection(row.payload.get("roles") or ())]
    posts = separated() if wanting else []
    found: dict[int, list[list[int]]] = {}
    for row in wanting:
        agency = directory.by_id.get(row.agency_id or 0)
        groups: dict[str, list[int]] = {}
        for post, region in posts:
            if agency is not None and agency.region_code.startswith(region):
                groups.setdefault(region, []).append(post)
        found[row.id] = [groups[region] for region in sorted(groups, key=len, reverse=True)]
    return found
