"""催办 → 督办 → 通报 at work: what has fallen due is told, once, by whoever sweeps first.

A sweep turns the rule of each region into cut-offs (`cases.policy.escalation`) and asks an index for the deadlines
before them. A chunk is one transaction: the deadlines are held, their steps written into the ledger with the event that
names them and the messages for whoever hears. An act that ends a task, moves its deadline or stops its clock writes the
row that is held here, so it comes wholly before or wholly after. Whatever dies in between has done nothing, and the
next sweep, a minute later or days, finds the same deadlines with the steps that fell due meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any, Final, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction

from agencies.actors import system_actor
from agencies.authority import event_actor
from agencies.directory import Directory, get_directory
from agencies.vocabulary import Kind
from audit.actions import Action
from audit.log import EventActor, timestamp
from audit.services import record_by
from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA
from cases.policy.escalation import (
    KEY,
    STEPS,
    TOLD,
    Override,
    Rule,
    Step,
    Version,
    Whom,
    cutoff,
    due_steps,
    family_of,
    versions,
    whom,
)
from cases.workflow.recording import bell
from cases.workflow.task_kinds import KINDS
from cases.workflow.workdays import calendar_for

logger = logging.getLogger(__name__)

STREAM: Final = "escalation/"
CHUNK: Final = 500
# Nobody could be told: there is no such agency in the region.
NOBODY: Final = "nobody"
# Where the sum of many messages of one step leads.
LINKS: Final = {
    "tomorrow": "/tasks/",
    "today": "/tasks/",
    "overdue": "/overdue/",
    "pressed": "/overdue/",
    "reported": "/overdue/",
}
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
_FIRE = "SELECT escalation_fire(%s, %s::jsonb)"


class Sweep(NamedTuple):
    """What a sweep did; `finished` is false where its time was up before."""

    deadlines: int
    steps: int
    late: int
    finished: bool


class Range(NamedTuple):
    """Deadlines that have taken `done` steps and lie in [since, before) have the next one to take by now."""

    done: int
    since: datetime
    before: datetime


class Region(NamedTuple):
    """What decides in a region: its calendar, the versions of its rule, and what has fallen due by them."""

    code: str
    calendar: WorkingCalendar
    versions: tuple[Version, ...]
    ranges: list[Range]
    supervision: int | None

    def rule(self, due: datetime) -> Rule:
        day = due.astimezone(CHINA).date()
        return next(v.rule for v in reversed(self.versions) if v.since is None or v.since <= day)


class Held(NamedTuple):
    """A deadline that this transaction holds."""

    task: str
    case: str
    number: str
    stage: str
    kind: str
    agency: int
    unit: int | None
    roles: list[str]
    assignee: int | None
    lead: int
    due: datetime
    since: datetime
    done: int


def escalate(*, now: datetime, chunk: int = CHUNK, budget_seconds: float | None = None) -> Sweep:
    """Fire every step that has fallen due by now. Running it twice, or twice at once, fires nothing twice."""
    began, deadlines, steps, late = monotonic(), 0, 0, 0
    actor = event_actor(system_actor())
    for region in _with_something_due(now):
        full = True
        while full:
            if budget_seconds is not None and monotonic() - began > budget_seconds:
                return Sweep(deadlines, steps, late, finished=False)
            held, fired = _fired(region, actor, now, chunk)
            full = held == chunk and bool(fired)
            deadlines, steps, late = deadlines + held, steps + len(fired), late + sum(s.late for s in fired)
    return Sweep(deadlines, steps, late, finished=True)


def overrides(directory: Directory) -> list[Override]:
    """What regions have set for themselves, now and to come."""
    return [
        Override(p.region_code, p.effective_from, p.effective_to, p.value, p.source)
        for p in directory.parameters.get(KEY, ())
    ]


def versions_in(region: str, directory: Directory) -> tuple[Version, ...]:
    """Every rule of this region. One that cannot be read any more leaves it to the release's, and says so."""
    try:
        return versions(region, overrides(directory))
    except ValueError:
        logger.exception("the escalation rules of region %s cannot be read; those of the release hold", region)
        return versions(region)


def regions_of(codes: Iterable[str], directory: Directory, now: datetime) -> dict[str, Region]:
    """The rule of each region turned round: which deadlines have which step to take.

    Most regions have the same rule and the same days, for which it is turned round once.
    """
    found: dict[str, Region] = {}
    turned: dict[tuple[Any, ...], list[Range]] = {}
    ruled: dict[tuple[Any, ...], tuple[Version, ...]] = {}
    local = overrides(directory)
    for code in codes:
        calendar, family = calendar_for(code, directory), family_of(code, local)
        rules = ruled.get(family) or ruled.setdefault(family, versions_in(code, directory))
        days = (family, calendar.local_holidays, calendar.local_workdays)
        if days not in turned:
            turned[days] = _ranges(rules, calendar, now)
        supervision = directory.addressee(Kind.SUPERVISION, code)
        found[code] = Region(code, calendar, rules, turned[days], supervision.id if supervision else None)
    return found


def _ranges(rules: tuple[Version, ...], calendar: WorkingCalendar, now: datetime) -> list[Range]:
    return [
        Range(done, low, high)
        for version in rules
        for low in (_midnight(version.since) if version.since else _EVER,)
        for done, step in enumerate(STEPS)
        for high in (min(cutoff(step, now, version.rule, calendar), _end(version)),)
        if low < high
    ]


def _with_something_due(now: datetime) -> list[Region]:
    directory = get_directory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT escalation_regions()")
        regions = regions_of([code for (code,) in cursor.fetchall()], directory, now)
        asked = [(code, r) for code, region in regions.items() for r in region.ranges]
        if not asked:
            return []
        cursor.execute(
            "SELECT escalation_due(%s::text[], %s::integer[], %s::timestamptz[], %s::timestamptz[])",
            [[code for code, _ in asked], *_columns([r for _, r in asked])],
        )
        return [regions[code] for (code,) in sorted(cursor.fetchall())]


def _fired(region: Region, actor: EventActor, now: datetime, size: int) -> tuple[int, list[Step]]:
    """One chunk: how many deadlines were held, and the steps that fired. A region that fails keeps nobody waiting."""
    try:
        return _chunk(region, actor, now, size)
    except (OperationalError, InterfaceError):
        raise  # the database's trouble: the next sweep finds everything as it was
    except Exception:
        logger.exception("the deadlines of region %s cannot be escalated", region.code)
        return 0, []


@transaction.atomic
def _chunk(region: Region, actor: EventActor, now: datetime, size: int) -> tuple[int, list[Step]]:
    held = _take(region, size)
    fired = [
        (each, step)
        for each in held
        for step in due_steps(each.due, each.since, each.done, now, region.rule(each.due), region.calendar)
    ]
    if not fired:
        return len(held), []
    told = [_told(region, each, step) for each, step in fired]
    record_by(
        _FIRE,
        [json.dumps([payload for _, payload in told], ensure_ascii=False)],
        stream=STREAM + region.code,
        action=Action.DEADLINES_ESCALATED,
        actor=actor,
        data={"region": region.code, "steps": [entry for entry, _ in told]},
        now=now,
    )
    bell.ring()
    return len(held), [step for _, step in fired]


def _take(region: Region, size: int) -> list[Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task::text, case_id::text, number, stage, kind, agency, unit, roles, assignee, lead, due, since,"
            " done FROM escalation_take(%s, %s::integer[], %s::timestamptz[], %s::timestamptz[], %s)",
            [region.code, *_columns(region.ranges), size],
        )
        return [Held(*row) for row in cursor.fetchall()]


def _told(region: Region, held: Held, step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """A step as the event names it, and its message."""
    by_rule = whom(step.step)
    agency, roles = _addressed(region, held, by_rule)
    entry = {
        "task": held.task,
        "case": held.case,
        "step": step.step,
        "due": timestamp(held.due),
        "fell": timestamp(step.fell_at),
        "late": step.late,
        "outcome": NOBODY if step.outcome == TOLD and agency is None else step.outcome,
        "whom": by_rule.to,
        "agency": agency,
        "roles": roles,
        "rule": region.rule(held.due).name,
    }
    label = KINDS[held.kind].label
    payload = {
        "number": held.number,
        "task": held.task,
        "kind": held.kind,
        "label_zh": label.zh,
        "label_en": label.en,
        "stage": held.stage,
        "due_at": timestamp(held.due),
        "step": step.step,
        "late": step.late,
        "roles": roles,
        "link": LINKS[step.step],
        **({"assignee": held.assignee} if by_rule.to == "holder" and held.assignee else {}),
    }
    return entry, payload


def _addressed(region: Region, held: Held, by_rule: Whom) -> tuple[int | None, list[str]]:
    if by_rule.to == "holder":
        return held.unit or held.agency, held.roles
    agency = {"agency": held.agency, "commission": held.lead, "supervision": region.supervision}[by_rule.to]
    return agency, list(by_rule.roles)


def _columns(ranges: Sequence[Range]) -> tuple[list[int], list[datetime], list[datetime]]:
    return [r.done for r in ranges], [r.since for r in ranges], [r.before for r in ranges]


def _end(version: Version) -> datetime:
    return _midnight(version.until or date(9000, 1, 1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
