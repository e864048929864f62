"""Proposing, holding, confirming, erasing: each an event of the stream `erasure/<case>`.

A beat task proposes. A reviewer of the leading commission confirms or holds; another reviewer or an approver of the
same commission erases. Two people, because what is gone cannot be brought back and may be somebody's evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.vocabulary import Kind, Role
from audit.actions import Action
from audit.log import EventActor
from audit.services import erase_sealed, record, record_by
from audit.sight import working_as
from cases.models.erasure import Erasure
from cases.models.sealing import open_cells, seal_cells
from cases.policy.dated import CHINA
from cases.retention.finding import Candidate, Going, candidate, candidates, what_goes

SYSTEM = EventActor(None, "system")
#: Why somebody lets data stay beyond their day, and what the closed case's record cannot know.
HOLDS: Final = ("lawsuit", "criminal", "petition", "archive", "other")
STATES = Erasure.State


@working_as("retention")
def propose(now: datetime) -> list[Erasure]:
    """Put down what has become due and is not put down yet; what is held back by the case itself waits."""
    day = now.astimezone(CHINA).date()
    due = [one for one in candidates(now) if one.verdict.is_due(day)]
    return [made for one in due if (made := _propose(one, now)) is not None]


@transaction.atomic
def _propose(one: Candidate, now: datetime) -> Erasure | None:
    _lock(one.case_id)
    if Erasure.objects.filter(case_id=one.case_id, scope=one.scope).exclude(state=STATES.ERASED).exists():
        return None
    rule = one.verdict.rule
    row = Erasure.objects.create(
        case_id=UUID(one.case_id),
        scope=one.scope,
        rule=rule.key,
        due_on=one.verdict.due_on,
        state=STATES.PROPOSED,
        proposed_at=now,
    )
    data = {"scope": one.scope, "rule": rule.key, "due_on": one.verdict.due_on.isoformat()}
    _tell(row, Action.ERASURE_PROPOSED, SYSTEM, data, now)
    return row


@transaction.atomic
def hold(*, actor: Actor, erasure_id: UUID, reason: str, now: datetime) -> Erasure:
    """Let the data stay until somebody confirms after all. Raises NotPermitted, BadInput, AgencyError."""
    row, acting = _open(actor, erasure_id, (Role.REVIEWER, Role.APPROVER))
    if reason not in HOLDS:
        raise BadInput("请选择暂缓清除的原因。", "Choose why the data have to stay.", field="reason")
    row.state, row.hold, row.confirmed_by, row.confirmed_at = STATES.HELD, reason, None, None
    row.save(update_fields=["state", "hold", "confirmed_by", "confirmed_at"])
    _tell(row, Action.ERASURE_HELD, acting, {"scope": row.scope, "reason": reason}, now)
    return row


@transaction.atomic
def confirm(*, actor: Actor, erasure_id: UUID, now: datetime) -> Erasure:
    """The first of the two: the data may go. Raises NotPermitted, AgencyError."""
    row, acting = _open(actor, erasure_id, (Role.REVIEWER,))
    _still_due(row, now)
    row.state, row.hold, row.confirmed_by_id, row.confirmed_at = STATES.CONFIRMED, "", actor.user_id, now
    row.save(update_fields=["state", "hold", "confirmed_by", "confirmed_at"])
    _tell(row, Action.ERASURE_CONFIRMED, acting, {"scope": row.scope, "rule": row.rule}, now)
    return row


@transaction.atomic
def erase(*, actor: Actor, erasure_id: UUID, now: datetime) -> Erasure:
    """The second of the two: the data go, here and now, all or none. Raises NotPermitted, AgencyError."""
    row, acting = _open(actor, erasure_id, (Role.REVIEWER, Role.APPROVER))
    if row.state != STATES.CONFIRMED:
        raise AgencyError("请先由审核人确认。", "A reviewer has to confirm first.", code="not_confirmed")
    if row.confirmed_by_id == actor.user_id:
        raise NotPermitted(
            "确认人不能自己清除。请由本单位的另一名审核人或签发人复核后清除。",
            "Who confirmed does not erase; another reviewer or an approver of the agency has to.",
            code="same_person",
        )
    verdict = _still_due(row, now)
    going = what_goes(row.case_id, row.scope)
    with working_as("retention"):
        for event_id in going.sealed:
            erase_sealed(event_id=event_id, reason="retention_expired", actor=acting, now=now)
    _take_away(row, acting, going, list(verdict.verdict.rule.basis), now)
    row.state, row.erased_at, row.gone = STATES.ERASED, now, going.counts
    row.save(update_fields=["state", "erased_at", "gone"])
    return row


def _take_away(row: Erasure, acting: EventActor, going: Going, basis: list[str], now: datetime) -> None:
    """The event, and by the same call everything that is not a sealed part of an event."""
    data = {
        "scope": row.scope,
        "rule": row.rule,
        "due_on": row.due_on.isoformat(),
        "basis": basis,
        "gone": going.counts,
        "files": list(going.files),
    }
    ids, blanks = [], []
    for row_id, batch, number, sealed in going.rows:
        cells = open_cells(sealed, batch.bytes, number)
        ids.append(row_id)
        blanks.append(seal_cells([""] * len(cells), batch.bytes, number))
    record_by(
        "SELECT case_erase(%s, %s::bigint[], %s::bytea[])",
        [ids, blanks],
        stream=_stream(row),
        action=Action.PERSONAL_DATA_ERASED,
        actor=acting,
        data=data,
        now=now,
    )


def _open(actor: Actor, erasure_id: UUID, roles: Iterable[Role]) -> tuple[Erasure, EventActor]:
    """The erasure, locked, and in which post this person acts on it."""
    found = Erasure.objects.filter(pk=erasure_id).select_related("case").first()
    if found is None:
        raise BadInput("没有这项清除。", "There is no such erasure.", field="erasure")
    post, role = _post(actor, found.case.lead_agency_id, tuple(roles))
    _lock(found.case_id)
    row = Erasure.objects.select_for_update(of=("self",)).select_related("case").get(pk=erasure_id)
    if row.state == STATES.ERASED:
        raise AgencyError("该项个人信息已经清除。", "These data are gone already.", code="already_erased")
    return row, event_actor(actor, post, role)


def _post(actor: Actor, lead_agency_id: int, roles: tuple[Role, ...]) -> tuple[Post, str]:
    for role in roles:
        for post in actor.posts:
            if post.agency_id == lead_agency_id and post.kind == Kind.DEVELOPMENT_COMMISSION and role in post.roles:
                return post, role.value
    raise NotPermitted(
        "清除个人信息由牵头发展改革委的审核人确认，由另一名审核人或签发人清除。",
        "A reviewer of the leading commission confirms an erasure; another reviewer or an approver erases.",
    )


def _still_due(row: Erasure, now: datetime) -> Candidate:
    """The case as it is now: it may have been reopened, or something may hold it back. Raises AgencyError."""
    one = candidate(row.case_id, row.scope, now)
    if one is None or not one.verdict.is_due(now.astimezone(CHINA).date()):
        raise AgencyError(
            "该案已重启、尚未到期或仍有未了事项，现在不能清除；了结后会再次列入。",
            "The case was reopened, is not due or has something open; it cannot be erased now.",
            code="not_due",
        )
    return one


def _lock(case_id: Any) -> None:
    """One act on the erasures of a case at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"erasure/{case_id}"])


def _stream(row: Erasure) -> str:
    return f"erasure/{row.case_id}"


def _tell(row: Erasure, action: Action, actor: EventActor, data: dict[str, Any], now: datetime) -> None:
    record(stream=_stream(row), action=action, actor=actor, data=data, now=now)
