"""A window that was missed closes by itself, and the notice goes back to be served anew.

No cut is possible from the last instant of a window on, whether this has run or not. A cut made inside may be written
down for a day (`notice.LATE_ENTRY`); then the system records what the grid company's reviewer can record before, and
whoever held the execution is told. Under a stay nothing moves: the window closes once it is lifted.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from agencies.actors import system_actor
from cases.workflow.engine import perform
from cases.workflow.errors import WorkflowError
from cases.workflow.guards.notice import LATE_ENTRY

logger = logging.getLogger(__name__)
ACT = "lapse_notice"
_MISSED = """
SELECT t.id::text, t.case_id::text FROM cases_task t JOIN cases_case c ON c.id = t.case_id
 WHERE t.state = 'open' AND t.kind = 'execute_suspension' AND t.due_at < %s
   AND COALESCE(c.facts -> 'stay' ->> 'active', '') <> 'true' ORDER BY t.id
"""


def close_missed_windows(now: datetime) -> int:
    """Record the lapse of every window that nobody can use any more; returns how many. Running it twice is harmless."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, [now - LATE_ENTRY])
        missed = cursor.fetchall()
    return sum(_closed(case, task, now) for task, case in missed)


def _closed(case: str, task: str, now: datetime) -> bool:
    data = {"task": task, "reason_code": "window_missed"}
    try:
        perform(
            case_id=case,
            action=ACT,
            actor=system_actor(),
            data=data,
            expected_version=None,
            idempotency_key=None,
            now=now,
        )
    except WorkflowError as refused:
        # Somebody was there first (cut, stayed, withdrew); said all the same, in case it is refused again and again.
        logger.warning("the missed window of case %s stays open: %s", case, refused.code)
        return False
    except (OperationalError, InterfaceError):
        raise  # The database went away: the next run closes them.
    except Exception:
        logger.exception("the missed window of case %s cannot be closed", case)
        return False
    return True
