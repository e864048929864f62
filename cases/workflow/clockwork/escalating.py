"""催办 → 督办 → 通报 at work: what has fallen due is told, once, by whoever sweeps first.

A sweep turns the rule of each region into cut-offs (`cutoffs`) and asks an index for the deadlines before them. A chunk
is one transaction, of many regions: the deadlines are held, their steps written into the ledger with the event of each
region that names them and the messages for whoever hears. An act that ends a task, moves its deadline or stops its
clock writes the row that is held here, so it comes wholly before or wholly after. Whatever dies in between has done
nothing, and the next sweep, a minute later or days, finds the same deadlines with the steps that fell due meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from time import monotonic
from typing import Any, Final, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction

from agencies.actors import system_actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.log import EventActor, timestamp
from audit.services import record_many_by
from cases.policy.escalation import TOLD, Step, Whom, due_steps, whom
from cases.workflow.clockwork.cutoffs import Region, regions_of
from cases.workflow.recording import bell
from cases.workflow.task_kinds import KINDS

logger = logging.getLogger(__name__)

STREAM: Final = "escalation/"
# Long enough that a commit costs little of it, short enough that an act that waits for it is not noticed.
CHUNK: Final = 1000
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
_FIRE = "SELECT escalation_fire(%s::bytea[], %s::jsonb)"


class Sweep(NamedTuple):
    """What a sweep did; `finished` is false where its time was up before."""

    deadlines: int
    steps: int
    late: int
    finished: bool


class Held(NamedTuple):
    """A deadline that this transaction holds."""

    region: str
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


class Chunk(NamedTuple):
    """What one transaction did, and the regions that are left, in heaps of which each is another."""

    held: int
    steps: list[Step]
    left: list[list[Region]]


def escalate(*, now: datetime, chunk: int = CHUNK, budget_seconds: float | None = None) -> Sweep:
    """Fire every step that has fallen due by now. Running it twice, or twice at once, fires nothing twice."""
    began, deadlines, steps, late = monotonic(), 0, 0, 0
    actor = event_actor(system_actor())
    waiting = [_with_something_due(now)]
    while waiting and waiting[0]:
        if budget_seconds is not None and monotonic() - began > budget_seconds:
            return Sweep(deadlines, steps, late, finished=False)
        regions = waiting.pop(0)
        done = _fired(regions, actor, now, chunk)
        waiting[:0] = [some for some in done.left if some]
        deadlines, steps = deadlines + done.held, steps + len(done.steps)
        late += sum(step.late for step in done.steps)
    return Sweep(deadlines, steps, late, finished=True)


def _with_something_due(now: datetime) -> list[Region]:
    directory = get_directory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT escalation_regions()")
        regions = regions_of([code for (code,) in cursor.fetchall()], directory, now)
        if not regions:
            return []
        cursor.execute(
            "SELECT escalation_due(%s::text[], %s::integer[], %s::timestamptz[], %s::timestamptz[])",
            _columns(regions.values()),
        )
        return [regions[code] for (code,) in sorted(cursor.fetchall())]


def _fired(regions: list[Region], actor: EventActor, now: datetime, size: int) -> Chunk:
    """One chunk. Where it fails, the regions are halved until the one that fails is alone: it keeps nobody waiting."""
    try:
        return _chunk(regions, actor, now, size)
    except (OperationalError, InterfaceError):
        raise  # the database's trouble: the next sweep finds everything as it was
    except Exception:
        half = len(regions) // 2
        if half:
            return Chunk(0, [], [regions[:half], regions[half:]])
        logger.exception("the deadlines of region %s cannot be escalated", regions[0].code)
        return Chunk(0, [], [])


@transaction.atomic
def _chunk(regions: list[Region], actor: EventActor, now: datetime, size: int) -> Chunk:
    by_code = {region.code: region for region in regions}
    held = _take(regions, size)
    fired: dict[str, list[tuple[Held, Step]]] = {}
    for each in held:
        region = by_code[each.region]
        found = due_steps(each.due, each.since, each.done, now, region.rule(each.due), region.calendar)
        fired.setdefault(each.region, []).extend((each, step) for step in found)
    told = {code: [_told(by_code[code], each, step) for each, step in steps] for code, steps in fired.items() if steps}
    if told:
        _record(told, actor, now)
    steps = [step for of_region in fired.values() for _, step in of_region]
    return Chunk(len(held), steps, [_left(regions, held, size, told)])


def _left(regions: list[Region], held: list[Held], size: int, told: Collection[str]) -> list[Region]:
    """Where there may be more: from the last region of a full chunk on, which itself is done where nothing fired."""
    if len(held) < size:
        return []
    last = held[-1].region
    return [region for region in regions if region.code > last or (region.code == last and last in told)]


def _record(told: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]], actor: EventActor, now: datetime) -> None:
    codes = sorted(told)  # as their streams
    payloads = [[payload for _, payload in told[code]] for code in codes]
    record_many_by(
        _FIRE,
        [json.dumps(payloads, ensure_ascii=False)],
        data={STREAM + code: {"region": code, "steps": [entry for entry, _ in told[code]]} for code in codes},
        action=Action.DEADLINES_ESCALATED,
        actor=actor,
        now=now,
    )
    bell.ring()


def _take(regions: list[Region], size: int) -> list[Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT region, task::text, case_id::text, number, stage, kind, agency, unit, roles, assignee, lead, due,"
            " since, done FROM escalation_take(%s::text[], %s::integer[], %s::timestamptz[], %s::timestamptz[], %s)",
            [*_columns(regions), size],
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


def _columns(regions: Iterable[Region]) -> list[list[Any]]:
    """The ranges of these regions as the doors take them."""
    asked = [(region.code, r) for region in regions for r in region.ranges]
    return [
        [code for code, _ in asked],
        [r.done for _, r in asked],
        [r.since for _, r in asked],
        [r.before for _, r in asked],
    ]
