"""The page of a case as of a past day: the same parts from what was on record then, and nothing to be done on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from agencies.actors import Actor
from cases.policy.dated import CHINA
from cases.selectors.clocks.case import clocks_of
from cases.selectors.paging import Row
from cases.selectors.reach.parts import reading
from cases.web.show.case import heading, record, task_row
from cases.web.show.casepage.history import history
from cases.web.show.casepage.papers import papers
from cases.web.show.casepage.related import from_record
from cases.web.show.law import cut
from cases.web.show.law.options import options
from cases.workflow.replay.past import past_case
from cases.workflow.workdays import calendar_for


def build(actor: Actor, present: Row, end: datetime, now: datetime, params: QueryDict) -> dict[str, Any] | None:
    """The context of the page; None where the case was not open yet."""
    read = reading(actor, present["id"], until=end)
    case = past_case(actor, present, read, end) if read else None
    if case is None or read is None:
        return None
    last = end - timedelta(microseconds=1)
    clocks = clocks_of(actor, case["id"], read, last, calendar_for) if case["tasks"] else None
    region, on = case["region"]["code"], last.astimezone(CHINA).date()
    return {
        **record(actor, case, last, read, params, end),
        "past": on,
        "tasks": [task_row(task, last, region, clocks) for task in case["tasks"]],
        "options": options(actor, present, now, read, on.isoformat()),
        "papers": papers(actor, case, read, everything=params.get("check") == "all", until=end),
        "timeline": history(actor, case, read, cursor=params.get("history"), upto=case["version"]),
        "related": from_record(actor, case),
        "cut_warnings": cut.warnings(case["facts"]),
        "withheld": bool(case["withheld"]),
        **days(present, now),
    }


def days(case: Row, now: datetime) -> dict[str, str]:
    """The first and the last day that can be asked for."""
    opened = timezone.localtime(datetime.fromisoformat(case["opened_at"])).date()
    return {
        "opened_on": opened.isoformat(),
        "yesterday": (now.astimezone(CHINA).date() - timedelta(days=1)).isoformat(),
    }


def nothing(case: Row, on: date | None, today: date) -> dict[str, Any]:
    """Why there is no such page."""
    opened = timezone.localtime(datetime.fromisoformat(case["opened_at"])).date()
    return {
        "case": heading(case),
        "on": on,
        "ahead": on is not None and on >= today,
        "opened_on": opened.isoformat(),
        "yesterday": (today - timedelta(days=1)).isoformat(),
    }
