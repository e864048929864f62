"""A crew's day: the households that it has been to today, and the next one that waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from agencies import visibility
from agencies.actors import Actor
from cases.selectors.paging import fetch
from cases.selectors.tasks import TaskFilter, list_tasks

# More than anybody cuts in a day; one more household is not counted.
MOST = 50
_DONE = f"""SELECT count(DISTINCT e.stream) AS n FROM audit_event e
    CROSS JOIN LATERAL (SELECT substr(e.stream, 6)::uuid AS id OFFSET 0) s JOIN cases_case c ON c.id = s.id
    WHERE e.actor_id = %s AND e.at >= %s AND e.action = ANY(%s) AND left(e.stream, 5) = 'case/'
    AND {visibility.seen("c.id")}"""


class Day(NamedTuple):
    """Households done today, those that wait, and the number of the next one."""

    done: int
    waiting: int
    following: str


def day(actor: Actor, *, now: datetime, but: str = "") -> Day:
    """`but`: the number of the case that was just done."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    acts = ["execute_suspension", "confirm_suspension", "report_infeasible"]
    done = fetch(_DONE, [actor.user_id, midnight, acts, visibility.sight_keys(actor)])[0]["n"]
    wanted = TaskFilter(kind="execute_suspension", paused=False)
    rows = [row for row in list_tasks(actor, wanted, now=now, size=MOST).rows if row["case"]["number"] != but]
    own = [row for row in rows if row["assignee"] is None or row["assignee"]["id"] == actor.user_id]
    return Day(done, len(own), own[0]["case"]["number"] if own else "")
