"""Rows of lists that led to no case: after a period of their own they go by themselves, each lot an event.

No decision rests on such a row and nobody leads it, so nobody has to confirm; a region that wants to keep them longer
sets `retention.list`. A row that equals one of a case goes with that case.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from agencies.directory import get_directory
from audit.actions import Action
from audit.log import EventActor
from audit.services import hold, record_by
from audit.sight import working_as
from cases.models.intake import lock_intake
from cases.models.sealing import open_cells, seal_cells
from cases.policy.dated import CHINA
from cases.policy.privacy.retention import Verdict, verdict
from cases.selectors.paging import Row, fetch

RULE: Final = "list"
AT_ONCE: Final = 2000
SYSTEM = EventActor(None, "system")

# A file that was no list, was given up or never confirmed has not all its rows; it is kept as it came.
_KEPT = """SELECT b.id, b.agency_id, coalesce(b.finished_at, b.moved_at) AS since FROM cases_listbatch b
    WHERE (b.state IN ('done', 'cancelled', 'withdrawn')
           AND EXISTS (SELECT FROM cases_listrow r WHERE r.batch_id = b.id AND {loose}))
    OR (b.state IN ('refused', 'mapping', 'preview', 'cancelled')
        AND EXISTS (SELECT FROM cases_listpart p WHERE p.batch_id = b.id)) ORDER BY since, b.id"""
_LOOSE = """r.site_id IS NULL AND r.erased_at IS NULL
    AND NOT EXISTS (SELECT FROM cases_listrow o WHERE o.id = r.same_as_id AND o.site_id IS NOT NULL)"""
_DUE = _KEPT.format(loose=_LOOSE)
_ROWS = (
    f"SELECT r.id, r.number, r.sealed FROM cases_listrow r WHERE r.batch_id = %s AND {_LOOSE} ORDER BY r.id LIMIT %s"
)
_PARTS = "SELECT count(*) AS n FROM cases_listpart WHERE batch_id = %s"


@working_as("retention")
def erase_lists(now: datetime) -> int:
    """Take away what is due today; returns how many rows went."""
    gone, day = 0, now.astimezone(CHINA).date()
    for batch in fetch(_DUE, []):
        judged = _judged(batch, day)
        if not judged.is_due(day):
            continue
        while went := _erase_some(batch["id"], judged, now):
            gone += went
            if went < AT_ONCE:
                break
    return gone


def _judged(batch: Row, day: date) -> Verdict:
    directory = get_directory()
    region = directory.by_id[batch["agency_id"]].region_code
    override = directory.parameter(f"retention.{RULE}", region, day)
    return verdict(RULE, closed_at=batch["since"], facts={}, override=override)


@transaction.atomic
def _erase_some(batch_id: UUID, judged: Verdict, now: datetime) -> int:
    stream = f"list/{batch_id}"
    lock_intake()  # or an import could join a row to a site after it was found to have none
    hold(stream)
    rows = fetch(_ROWS, [str(batch_id), AT_ONCE])
    gone = {"rows": len(rows), "parts": fetch(_PARTS, [str(batch_id)])[0]["n"]}
    if not any(gone.values()):
        return 0
    data: dict[str, Any] = {
        "batch": str(batch_id),
        "rule": judged.rule.key,
        "due_on": judged.due_on.isoformat(),
        "basis": list(judged.rule.basis),
        "gone": gone,
    }
    record_by(
        "SELECT list_erase(%s, %s::bigint[], %s::bytea[])",
        [[row["id"] for row in rows], [_blank(row, batch_id.bytes) for row in rows]],
        stream=stream,
        action=Action.LIST_ROWS_ERASED,
        actor=SYSTEM,
        data=data,
        now=now,
    )
    return len(rows)


def _blank(row: Row, batch: bytes) -> bytes:
    """As many cells, holding nothing: pages and key rotation need no special case."""
    cells = open_cells(row["sealed"], batch, row["number"])
    return seal_cells([""] * len(cells), batch, row["number"])
