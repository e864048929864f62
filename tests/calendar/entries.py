"""Entries of the calendar as people make them in these tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from agencies.actors import find_actor
from audit.sight import working_as
from cases.calendar import plans
from cases.calendar.entering import Draft, enter
from cases.models import CalendarEntry
from cases.policy.calendar import YearPlan
from cases.workflow.clockwork.recounting import Recounting, recount

NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
# As the State Council might have it: New Year and Spring Festival, each with a worked weekend day.
PLAN = YearPlan(
    2027,
    frozenset({*(date(2027, 1, d) for d in (1, 2, 3)), *(date(2027, 2, d) for d in range(5, 12))}),
    frozenset({date(2027, 1, 9), date(2027, 2, 14)}),
)


def draft(**more: Any) -> Draft:
    values: dict[str, Any] = {
        "kind": "disaster",
        "region": "320300",
        "first": date(2026, 11, 5),
        "reason": "暴雪红色预警停工",
        "source": "徐政办发电〔2026〕12号",
    }
    return Draft(**{**values, **more})


def entered(by: str = "drc-approver1", *, now: datetime = NOW, **more: Any) -> CalendarEntry:
    return enter(actor=find_actor(by), draft=draft(**more), now=now)


def proposed(by: str = "js-drc-handler1", *, plan: YearPlan = PLAN, now: datetime = NOW) -> CalendarEntry:
    source = "国办发明电〔2026〕9号"
    return plans.propose(actor=find_actor(by), plan=plan, reason="2027 年放假安排", source=source, now=now)


def approved(by: str = "js-drc-handler1", *, plan: YearPlan = PLAN, now: datetime = NOW) -> CalendarEntry:
    entry = proposed(by, plan=plan, now=now)
    return plans.approve(actor=find_actor("js-drc-approver1"), entry_id=entry.pk, now=now)


def counted(now: datetime, **more: Any) -> Recounting:
    """As the worker does it."""
    with working_as("calendar"):
        return recount(now=now, **more)
