"""The daily word to the administrators: how much is stuck, where; on a day without anything stuck, none.

At half past eight. When the machine was down then, as soon as it runs, marked late. That a day was looked at is put
down even when there was nothing to say, so what gets stuck at noon is told the next morning and no sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from django.db import connection, transaction

from agencies.directory import get_directory
from agencies.selectors import seats
from agencies.vocabulary import Role
from cases.policy.dated import CHINA
from cases.workflow.recording.notices import notice

TOPIC: Final = "delivery.stuck"
LINK: Final = "/deliveries/"
AT: Final = time(8, 30)
# What has been tried for so long without success is stuck; before that it may well be a matter of minutes.
PATIENCE: Final = timedelta(hours=1)
LATE: Final = timedelta(hours=1)

_RUN = "INSERT INTO notifications_dailyrun (name, day, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_STUCK = """
SELECT agency_id, count(*) FILTER (WHERE dead), count(*) FILTER (WHERE NOT dead), min(created_at) FROM (
    SELECT agency_id, state = 'dead' AS dead, created_at FROM notifications_delivery
     WHERE state = 'dead' OR state = 'waiting' AND attempts > 0 AND first_tried_at <= %(since)s
    UNION ALL
    SELECT agency_id, dead_at IS NOT NULL, created_at FROM cases_outbox
     WHERE delivered_at IS NULL AND withdrawn_at IS NULL
       AND (dead_at IS NOT NULL OR failed_at <= %(since)s OR failed_at IS NULL AND created_at <= %(since)s)) stuck
 GROUP BY 1
"""


class Stuck(NamedTuple):
    """Of one agency, or of none."""

    agency_id: int | None
    dead: int
    retrying: int
    oldest: datetime


def due_at(now: datetime) -> datetime:
    """The last half past eight."""
    local = now.astimezone(CHINA)
    today = datetime.combine(local.date(), AT, CHINA)
    return today if today <= local else today - timedelta(days=1)


@transaction.atomic
def tell_stuck(*, now: datetime) -> int:
    """Tell each agency's administrators of its own, each region's of all in the region. Returns how many notices."""
    due = due_at(now)
    with connection.cursor() as cursor:
        # Whoever comes second waits here for the first, and finds the day done.
        cursor.execute(_RUN, ["stuck", due.date(), now])
        if not cursor.rowcount:
            return 0
        cursor.execute(_STUCK, {"since": now - PATIENCE})
        found = [Stuck(*row) for row in cursor.fetchall()]
    own = {agency_id for agency_id, _ in seats(Role.AGENCY_ADMIN)}
    told = [_tell(each.agency_id, [each], "own", due, now) for each in found if own & _keeping(each.agency_id)]
    for region, agency_id in {region: agency_id for agency_id, region in seats(Role.SYSTEM_ADMIN)}.items():
        mine = [each for each in found if _lies_in(each.agency_id, region)]
        told += [_tell(agency_id, mine, "region", due, now)] if mine else []
    return sum(told)


def _keeping(agency_id: int | None) -> set[int]:
    """The agencies whose administrators keep this one: itself, and the one whose unit it is."""
    agency = get_directory().by_id.get(agency_id or 0)
    return {agency.id, agency.principal_id} if agency else set()


def _lies_in(agency_id: int | None, region: str) -> bool:
    """What names no agency is everybody's who keeps a region: somebody has to look."""
    agency = get_directory().by_id.get(agency_id or 0)
    return agency is None or agency.region_code.startswith(region)


def _tell(agency_id: int | None, found: Sequence[Stuck], whose: str, due: datetime, now: datetime) -> bool:
    role = Role.AGENCY_ADMIN if whose == "own" else Role.SYSTEM_ADMIN
    return notice(
        topic=TOPIC,
        agency_id=agency_id,
        payload={
            "roles": [role.value],
            "link": LINK,
            "day": due.date().isoformat(),
            "dead": sum(each.dead for each in found),
            "retrying": sum(each.retrying for each in found),
            "oldest": min(each.oldest for each in found).isoformat(),
            **({"late": True} if now - due > LATE else {}),
        },
        key=f"{TOPIC}/{due.date()}/{whose}/{agency_id}",
        now=now,
    )
