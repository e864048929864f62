"""Who reported goes by itself, soon after the tip is done with; with the pictures, and the words of whoever opened it.

No decision rests on the name of a reporter, so nobody has to confirm: the task of the night takes it, each lot an event
of the stream `tips/<agency>`. A tip whose case is open, or has something open, keeps both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import orjson
from django.db import transaction

from agencies.directory import get_directory
from audit.actions import Action
from audit.log import EventActor
from audit.services import erase_sealed, hold, record_by
from audit.sight import working_as
from audit.verification.projections import Problem, Scope, Streams
from cases.policy.dated import CHINA
from cases.policy.privacy.retention import rules, verdict
from cases.selectors.paging import Row, fetch

RULE: Final = "tip"
PREFIX: Final = "tips/"
AT_ONCE: Final = 500
SYSTEM = EventActor(None, "system")
_KEPT: Final = """SELECT t.id, t.agency_id, t.region_code, coalesce(c.closed_at, b.finished_at) AS since,
        c.facts::text AS facts,
        EXISTS (SELECT FROM cases_task k WHERE k.case_id = c.id AND k.state = 'open') AS tasks
    FROM cases_tip t JOIN cases_listbatch b ON b.id = t.batch_id AND b.state = 'done'
    LEFT JOIN LATERAL tip_cases(ARRAY[t.id]) f ON true LEFT JOIN cases_case c ON c.id = f.case_id
    WHERE t.erased_at IS NULL AND (c.id IS NULL OR c.stage = 'closed') ORDER BY t.agency_id, t.id"""
_PARTS: Final = "SELECT count(*) AS n FROM cases_tippart WHERE tip_id = ANY(%s::uuid[])"
_OPENINGS: Final = """SELECT e.id FROM audit_event e JOIN audit_sealed s ON s.event_id = e.id
    WHERE e.action = 'reporter_opened' AND convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'tip' = ANY(%s)
    ORDER BY e.id"""
_LEFT: Final = """SELECT (SELECT count(*) FROM cases_tippart p WHERE p.tip_id = ANY(%(tips)s::uuid[]))
    + (SELECT count(*) FROM cases_tip t WHERE t.id = ANY(%(tips)s::uuid[]) AND t.erased_at IS NULL)"""


@working_as("retention")
def erase_reporters(now: datetime) -> int:
    """Take away what is due today; returns of how many tips."""
    gone = 0
    due = [row for row in fetch(_KEPT, []) if _is_due(row, now)]
    for agency_id, rows in groupby(due, key=lambda row: row["agency_id"]):
        tips = [str(row["id"]) for row in rows]
        for start in range(0, len(tips), AT_ONCE):
            gone += _erase(agency_id, tips[start : start + AT_ONCE], now)
    return gone


def _is_due(row: Row, now: datetime) -> bool:
    day = now.astimezone(CHINA).date()
    judged = verdict(
        RULE,
        closed_at=row["since"],
        facts=orjson.loads(row["facts"] or "{}"),
        also_held_by=("tasks",) if row["tasks"] else (),
        override=get_directory().parameter(f"retention.{RULE}", row["region_code"], day),
    )
    return judged.is_due(day)


@transaction.atomic
def _erase(agency_id: int, tips: list[str], now: datetime) -> int:
    stream = f"{PREFIX}{get_directory().by_id[agency_id].code}"
    hold(stream)
    for opening in fetch(_OPENINGS, [tips]):
        erase_sealed(event_id=opening["id"], reason="retention_expired", actor=SYSTEM, now=now)
    rule = rules()[RULE]
    data: dict[str, Any] = {
        "tips": tips,
        "rule": rule.key,
        "basis": list(rule.basis),
        "gone": {"tips": len(tips), "parts": fetch(_PARTS, [tips])[0]["n"]},
    }
    record_by(
        "SELECT tip_erase(%s, %s::uuid[])",
        [tips],
        stream=stream,
        action=Action.TIP_REPORTERS_ERASED,
        actor=SYSTEM,
        data=data,
        now=now,
    )
    return len(tips)


def verify_tips(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """What `verify_audit` asks: the reporters that are gone by an event are gone."""
    for stream, events in streams:
        for event in events:
            with scope.connection.cursor() as cursor:
                cursor.execute(_LEFT, {"tips": event.body["data"]["tips"]})
                left = cursor.fetchone()[0]
            if left:
                yield Problem(
                    event.id,
                    stream,
                    event.seq,
                    "erasure",
                    f"登记为已清除的举报人信息仍有 {left} 件在库中",
                    f"{left} pieces of reporters' data are still there, though their erasure is on record",
                )
