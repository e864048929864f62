"""From a decided outcome to one audit event, and from events to the database in one statement."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError, connection

from agencies.actors import Actor, Post
from agencies.directory import Directory
from audit.chain import canonical, commitment
from audit.ids import new_id
from audit.log import build_body, encode_body, timestamp
from cases.policy.dated import CHINA
from cases.policy.deadlines import due_at
from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered
from cases.workflow.clockwork.pauses import opened_standing
from cases.workflow.errors import IdempotencyConflict, StaleVersion, WorkflowError
from cases.workflow.fields import Transition
from cases.workflow.papers.issuing import issue
from cases.workflow.papers.waiting import handed_over, kept
from cases.workflow.recording.found import remember
from cases.workflow.recording.messages import messages, opened_messages
from cases.workflow.recording.plain import plain
from cases.workflow.recording.senders import Doing
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, OpenTask, Outcome, Text
from cases.workflow.workdays import calendar_for, calendar_version

SALT_BYTES = 16


@dataclass(slots=True)
class Writing:
    """One event ready to be written: its bytes, what goes beside it, and what the caller is told."""

    case_id: str
    number: str
    body: dict[str, Any]
    side: dict[str, Any] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        return int(self.body["seq"])


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, from which post, when, with which agencies, files (id, hash), rules and input."""

    actor: Actor
    post: Post
    now: datetime
    directory: Directory
    files: tuple[tuple[str, str], ...] = ()
    rules: Entered = NO_RULES
    data: Mapping[str, Any] = field(default_factory=dict)


def write_down(
    transition: Transition, view: CaseView, outcome: Outcome, by: By, *, head: str, completed: Sequence[str] = ()
) -> Writing:
    """The event of an act on an existing case."""
    to = outcome.to or view.stage
    _assert_target(transition, view.stage, to)
    close = _closing(view, outcome, to, completed)
    region = outcome.case.get("region_code", view.region_code)
    members: dict[str, Any] = {"from": view.stage, "to": to}
    members.update(_changes(outcome))
    members["open"] = [_opening(task, region, by) for task in outcome.open]
    members["close"] = [{"id": task_id, "state": state} for task_id, state in close.items()]
    members["touch"] = [{"id": task_id, **plain(changes)} for task_id, changes in outcome.touch.items()]
    clock = [*outcome.clock, *_stayed(view, outcome, members["open"])]
    members["clock"] = [{"task": t, "state": s, "reason": r} for t, s, r in clock]
    members["share"] = [{"agency": a, "relation": relation} for a, relation in _sharing(view, outcome, region, by)]
    # The hash, not the id alone: the event proves what the file was, even against whoever can change the table.
    members["files"] = [{"id": file_id, "sha256": digest} for file_id, digest in by.files]
    if to == "closed" != view.stage and "outcome" not in outcome.case:
        raise RuntimeError(f"{transition.action} closes a case without saying how it ended")
    issued = issue(transition, view, outcome, by, _basis(transition, outcome))
    if issued is not None:
        members["document"] = issued[0]
        if outcome.paper_in:
            members["set"][outcome.paper_in]["paper"] = kept(issued[0])
    if outcome.hands_over is not None:
        members["served"] = handed_over(outcome.hands_over)
    writing = _writing(
        transition, view.id, view.number, view.version + 1, head, region, members=members, outcome=outcome, by=by
    )
    if issued is not None:
        writing.side["paper"] = issued[1].content.decode()
    doing = Doing(transition.action, transition.label, by.actor.user_id, by.post.agency_id)
    writing.side["outbox"] = messages(doing.action, view, members, doing.user_id, over=transition.over, doing=doing)
    return writing


def _sharing(view: CaseView, outcome: Outcome, region: str, by: By) -> list[tuple[int, str]]:
    """Who sees the case from now on: whom the act names, and whoever supervises the region it moves to."""
    known = view.participants | {agency for agency, _ in outcome.share}
    watching = by.directory.watchers(region) if region != view.region_code else ()
    return [*outcome.share, *((ref.id, "supervisor") for ref in watching if ref.id not in known)]


def write_opening(
    transition: Transition, case_id: str, number: str, outcome: Outcome, by: By, share: list[tuple[int, str]]
) -> Writing:
    """The first event of a case; `outcome.case` holds title, region_code, level, source and lead_agency_id."""
    to = outcome.to or transition.to_stages[0]
    region = outcome.case["region_code"]
    opened = [_opening(task, region, by) for task in outcome.open]
    members: dict[str, Any] = {"to": to}
    members.update(_changes(outcome))
    members["case"] = {"number": number, **plain(outcome.case)}
    members["open"] = opened
    members["share"] = [{"agency": agency, "relation": relation} for agency, relation in share]
    writing = _writing(transition, case_id, number, 1, "00" * 32, region, members=members, outcome=outcome, by=by)
    writing.side["outbox"] = opened_messages(transition.action, number, opened, by.actor.user_id, to)
    return writing


def _changes(outcome: Outcome) -> dict[str, Any]:
    return {
        "set": {key: plain(value) for key, value in outcome.facts.items() if value is not None},
        "unset": [key for key, value in outcome.facts.items() if value is None],
        "case": plain(outcome.case),
    }


def _assert_target(transition: Transition, stage: str, to: str) -> None:
    allowed = {stage if target == "=" else target for target in transition.to_stages}
    if to not in allowed:
        raise RuntimeError(f"{transition.action} may not lead from {stage} to {to}")


def _closing(view: CaseView, outcome: Outcome, to: str, completed: Sequence[str]) -> dict[str, str]:
    """What ends: the completed tasks, what the effect says, and the open tasks of a stage that is left."""
    close = dict.fromkeys(completed, "done")
    close.update(outcome.close)
    if to != view.stage:
        for task in view.tasks:
            if task.id not in close and not KINDS[task.kind].survives(to):
                close[task.id] = "cancelled"
    return {task_id: state for task_id, state in close.items() if state != "open"}


def _stayed(view: CaseView, outcome: Outcome, opened: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What is opened under a stay stands still from the start: nobody may do it yet. So under an open objection."""
    facts = {**view.facts, **outcome.facts}
    found = ((row["id"], opened_standing(row["kind"], facts)) for row in opened)
    return [(task_id, "paused", reason) for task_id, reason in found if reason is not None]


def _opening(task: OpenTask, region: str, by: By) -> dict[str, Any]:
    kind = KINDS[task.kind]
    agency_id = task.agency_id
    if agency_id is None:
        addressee = by.directory.addressee(kind.addressee, region)
        if addressee is None:
            raise WorkflowError(
                Text(
                    f"本地区没有可承办“{kind.label.zh}”的单位，由系统管理员用 manage.py create_agency 新设后再办。",
                    f"No agency in this region can take “{kind.label.en}”; have the system administrator set one up"
                    " first (manage.py create_agency).",
                ),
                code="no_addressee",
            )
        agency_id = addressee.id
    row: dict[str, Any] = {
        "id": task.id or str(new_id()),
        "kind": task.kind,
        "agency": agency_id,
        "roles": list(task.roles or kind.roles),
    }
    if task.due_at is not None:
        row.update(due=timestamp(task.due_at), due_rule=task.due_rule)
        if task.provisional:
            row["provisional"] = True
    else:
        override = by.directory.parameter(f"deadline.{kind.deadline}", region, by.now.astimezone(CHINA).date())
        deadline = due_at(kind.deadline, by.now, calendar_for(region, by.directory), override)
        row.update(due=timestamp(deadline.at), due_rule=deadline.rule)
        if deadline.provisional:
            row["provisional"] = True
    more = {
        "unit": task.unit_id,
        "assignee": task.assignee_id,
        "data": plain(task.data) or None,
        "returns": task.returns or None,
        "accepted_at": plain(task.accepted_at),
    }
    return row | {key: value for key, value in more.items() if value is not None}


def _writing(
    transition: Transition,
    case_id: str,
    number: str,
    seq: int,
    head: str,
    region: str,
    *,
    members: dict[str, Any],
    outcome: Outcome,
    by: By,
) -> Writing:
    side: dict[str, Any] = {}
    if outcome.sealed:
        salt, data = os.urandom(SALT_BYTES), plain(outcome.sealed)
        members["sealed"] = commitment(salt, data)
        side["sealed"] = {"salt": salt.hex(), "data": canonical(data).decode()}
    members["basis"] = _basis(transition, outcome)
    members["rules"] = by.rules.rule_set
    members["calendar"] = calendar_version(region, by.directory)
    members["commit"] = settings.SOFTWARE_VERSION
    body = build_body(
        stream=f"case/{case_id}",
        seq=seq,
        prev=bytes.fromhex(head),
        at=by.now,
        action=transition.action,
        actor={
            "id": by.actor.user_id,
            "username": by.actor.username,
            "agency": by.post.agency_id or None,
            "role": _role(transition, by.post),
            **({"on_behalf": by.post.on_behalf} if by.post.on_behalf is not None else {}),
        },
        members=members,
    )
    return Writing(case_id, number, body, side)


def _basis(transition: Transition, outcome: Outcome) -> list[str]:
    return list(dict.fromkeys((*transition.basis, *outcome.basis)))


def _role(transition: Transition, post: Post) -> str:
    """The role used: the first of the row's that the person has, else all the post holds."""
    used = [role for role in transition.role if role in post.roles]
    return used[0] if used else "+".join(sorted(post.roles))


def request_hash(case_id: str | None, action: str, data: dict[str, Any]) -> str:
    """What makes two requests the same request: case, action and content, as it was sent and before it is checked.

    Not RFC 8785, which has no word for some of what people send (an integer beyond 2^53, half a character).
    """
    asked = {"case": case_id or "", "action": action, "data": plain(data)}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def commit(writings: Sequence[Writing]) -> list[dict[str, Any]]:
    """Write the events and all that follows from them; returns {"event_id", "leaf"} in order."""
    bodies = [encode_body(w.body) for w in writings]
    side = orjson.dumps([w.side for w in writings]).decode()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT case_commit(%s::bytea[], %s::jsonb)", [bodies, side])
            result: list[dict[str, Any]] = orjson.loads(cursor.fetchone()[0])
    except DatabaseError as error:
        cause: Any = error.__cause__
        if getattr(cause, "pgcode", "") == "LZ001":
            raise StaleVersion(
                Text("案件刚刚被他人更新，请刷新后再办。", "The case has just been changed; reload it and try again.")
            ) from error
        # The same key at the same instant on another case, which no lock of this one can see coming.
        if getattr(getattr(cause, "diag", None), "constraint_name", "") == "cases_idempotencykey_pkey":
            raise IdempotencyConflict from error
        raise
    remember(writings, [row["event_id"] for row in result])
    return result
