"""The set-based twin of `perform`: the same table, gates and SQL function for a list of acts.

Reads all cases of a round in one call and writes all its events in one call. A refused act does not stop the
others: its answer is the refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from agencies.actors import Actor
from cases.workflow.deciding.decision import decide, related_case
from cases.workflow.deciding.loading import Loaded, Opening, load_cases, load_opening
from cases.workflow.deciding.opening import decide_opening
from cases.workflow.engine import Result, answers, check_address, present, stale, transition_of, visible
from cases.workflow.errors import WorkflowError
from cases.workflow.recording import bell
from cases.workflow.recording.writing import Writing, commit


@dataclass(frozen=True, slots=True)
class Request:
    """One act asked for; `case_id` None opens a case. `sent_by`: agencies that read their own part from then on."""

    action: str
    data: dict[str, Any] = field(default_factory=dict)
    case_id: str | None = None
    expected_version: int | None = None
    sent_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    related_id: str | None

    @property
    def cases(self) -> set[str]:
        return {i for i in (self.request.case_id, self.related_id) if i}


def perform_many(requests: Sequence[Request], *, actor: Actor, now: datetime) -> list[Result | WorkflowError]:
    """Do many acts in one transaction; answers come in the order of the requests.

    A case may be named more than once: its acts are done one after another, in rounds. The caller chunks (a few
    hundred acts a call) so that locks are held briefly.
    """
    found: list[Result | WorkflowError] = []
    with transaction.atomic():
        rounds = list(_rounds(requests))
        if len(rounds) > 1:
            # All locks at once: taken round by round, those of two batches could wait for each other.
            load_cases(_cases(a for asked in rounds for a in asked), actor.user_id)
        for asked in rounds:
            found.extend(_round(asked, actor, now))
    bell.ring()
    return found


def _rounds(requests: Sequence[Request]) -> Iterator[list[_Asked | WorkflowError]]:
    """Runs of requests in which no case is named twice."""
    current: list[_Asked | WorkflowError] = []
    used: set[str] = set()
    for request in requests:
        try:
            transition = transition_of(request.action)
            check_address(request.action, request.case_id)
            asked: _Asked | WorkflowError = _Asked(request, related_case(transition, request.data))
        except WorkflowError as error:
            asked = error
        names = asked.cases if isinstance(asked, _Asked) else set()
        if names & used:
            yield current
            current, used = [], set()
        current.append(asked)
        used |= names
    if current:
        yield current


def _cases(asked: Iterable[_Asked | WorkflowError]) -> set[str]:
    return {case_id for item in asked if isinstance(item, _Asked) for case_id in item.cases}


def _round(round_: list[_Asked | WorkflowError], actor: Actor, now: datetime) -> list[Result | WorkflowError]:
    asked = [a for a in round_ if isinstance(a, _Asked)]
    opens = sum(1 for a in asked if a.request.case_id is None)
    opening = load_opening(actor.user_id, "", opens) if opens else None
    serials = iter(opening.serials if opening else ())
    ids = _cases(asked)
    loaded = load_cases(ids, actor.user_id) if ids else {}
    decided: list[list[Writing] | WorkflowError] = []
    for item in round_:
        try:
            decided.append(_decide(item, loaded, opening, serials, now))
        except WorkflowError as error:
            decided.append(error)
    writings = [w for events in decided if not isinstance(events, WorkflowError) for w in events]
    receipts = iter(commit(writings)) if writings else iter(())
    found: list[Result | WorkflowError] = []
    for item, events in zip(round_, decided, strict=True):
        if isinstance(events, WorkflowError) or isinstance(item, WorkflowError):
            found.append(events if isinstance(events, WorkflowError) else WorkflowError())
            continue
        found.append(answers(events, transition_of(item.request.action), [next(receipts) for _ in events])[0])
    return found


def _decide(
    asked: _Asked | WorkflowError,
    loaded: dict[str, Loaded],
    opening: Opening | None,
    serials: Iterator[int],
    now: datetime,
) -> list[Writing]:
    if isinstance(asked, WorkflowError):
        raise asked
    request = asked.request
    transition = transition_of(request.action)
    related = loaded[asked.related_id] if asked.related_id else None
    if opening is not None and request.case_id is None:
        person, serial = present(opening.actor), next(serials)
        return [
            decide_opening(
                transition,
                person,
                opening.directory,
                request.data,
                serial,
                now,
                related=related,
                sent_by=request.sent_by,
                rules=opening.rules,
            )
        ]
    main = loaded[request.case_id or ""]
    view = visible(main)
    if request.expected_version is not None and request.expected_version != view.version:
        raise stale(view, request.expected_version, present(main.actor))
    return decide(transition, main, request.data, now, related=related, sent_by=request.sent_by)
