"""A case as it stood at the end of a past day, told by its own events: what was on record then and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import orjson

from audit import clock
from audit.verification.projections import Event
from cases.policy.dated import CHINA
from cases.selectors.paging import fetch
from cases.workflow.replay.lines import NULL, plain
from cases.workflow.replay.state import fold
from cases.workflow.view import CaseView


class FactsOf(StrEnum):
    """Whose facts a decision looked at."""

    DAY = "day"  # as they stood at the end of the day asked about
    NOW = "now"  # of today; a day to come has no others
    BEFORE_CASE = "before_case"  # the case was not open yet: today's facts under the rules of that day


# As the verifier reads them: the events themselves, in the order of their chain.
_EVENTS = """SELECT e.id, e.stream, e.seq, e.leaf, e.body FROM audit_event e
    WHERE e.stream = %s AND e.seq <= %s AND e.at < %s ORDER BY e.seq"""


def as_of(view: CaseView, day: date) -> tuple[CaseView, FactsOf]:
    """The case at the end of that day, and whose facts these are."""
    if day >= clock.now().astimezone(CHINA).date():
        return view, FactsOf.NOW
    if day < view.opened_at.astimezone(CHINA).date():
        return view, FactsOf.BEFORE_CASE
    end = datetime.combine(day + timedelta(days=1), time(), CHINA)
    rows = fetch(_EVENTS, [f"case/{view.id}", view.version, end])
    told = fold(
        view.id,
        (
            Event(row["id"], row["stream"], row["seq"], bytes(row["leaf"]), orjson.loads(bytes(row["body"])))
            for row in rows
        ),
    )
    merged = told.row["merged_into_id"]
    past = replace(
        view,
        stage=told.stage,
        version=told.version,
        region_code=plain(told.row["region_code"]),
        merged_into=None if merged == NULL else merged,
        facts=told.facts,
        tasks=(),
        acts=tuple(act for act in view.acts if act.seq <= told.version),
    )
    return past, FactsOf.DAY
