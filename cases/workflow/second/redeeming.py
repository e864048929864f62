"""A code that the second person types or scans: once, in time, by another than who showed it, a few tries at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from agencies.actors import Actor
from agencies.authority import event_actor
from audit.actions import Action as Told
from audit.services import hold, record
from audit.sight import working_as
from cases.models import SecondCode
from cases.workflow.deciding.available import case_and_actions
from cases.workflow.errors import InvalidInput, NotVisible, WorkflowError, from_refusal
from cases.workflow.second.codes import DIGITS, LASTS, hash_of, tell
from cases.workflow.view import Text

TRIES: Final = 5
# Refusals of this time count; it is as long as a code lasts.
WINDOW: Final = LASTS
_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Where the code leads: the case and the act that waits for this person."""

    case_id: UUID
    number: str
    action: str


class CodeRefused(InvalidInput):
    """The code leads nowhere for this person; counted."""

    code = "code_unknown"
    default = Text(
        "没有这个确认码。请核对六位数字，或请对方换一个。",
        "There is no such code. Check the six digits, or ask for another one.",
    )


class TooManyTries(WorkflowError):
    """After so many refusals no code is looked at for a while, not even a right one."""

    status = 429
    code = "too_many_codes"
    default = Text(
        f"确认码连续 {TRIES} 次不能使用，{int(WINDOW.total_seconds()) // 60} 分钟内不再受理。"
        "可从案件页办理，不需要确认码。",
        f"{TRIES} codes were refused; none is taken for {int(WINDOW.total_seconds()) // 60} minutes."
        " The case page leads to the act without one.",
    )


WHY: Final = {
    "unknown": CodeRefused.default,
    "expired": Text("确认码已过期，请对方换一个。", "The code is over its ten minutes; ask for another one."),
    "used": Text("确认码已用过，请对方换一个。", "The code has been used; ask for another one."),
    "replaced": Text("对方已换了新的确认码，请用新的。", "Another code took its place; use the new one."),
    "same_person": Text(
        "这是你自己出示的确认码，须由另一人用本人账号确认。",
        "You showed this code yourself; another person confirms, on the own account.",
    ),
}


def redeem(code: str, actor: Actor, *, now: datetime) -> Redeemed:
    """Use a code up and say where it leads. What is refused is on record and counts as a try.

    Whoever may not do the act is told why, as the case page does, and the code stays for who may.
    Raises CodeRefused, TooManyTries, and what refuses the act.
    """
    typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    with transaction.atomic():
        # One try of a person at a time; the stream of the account is what they wait for.
        hold(f"account/{actor.username}")
        if _refused_lately(actor, now) >= TRIES:
            raise TooManyTries
        found = _find(typed, actor, now)
        if isinstance(found, SecondCode):
            return _use(found, actor, now)
        _note(actor, found, now)
    raise CodeRefused(WHY[found], code=f"code_{found}", fields={"code": WHY[found]})


def _use(row: SecondCode, actor: Actor, now: datetime) -> Redeemed:
    view, acts = case_and_actions(case_id=row.case_id, actor=actor, now=now)
    refusal = next(act.refusal for act in acts if act.action == row.action)
    if refusal is not None:
        raise from_refusal(refusal)
    row.used_by_id, row.used_at = actor.user_id, now
    with working_as("second_codes"):
        row.save(update_fields=["used_by", "used_at"])
    tell(actor, Told.SECOND_CODE_USED, row, now, actor.posts[0] if actor.posts else None)
    return Redeemed(row.case_id, view.number, row.action)


def _find(typed: str, actor: Actor, now: datetime) -> SecondCode | str:
    """The row, held, or why it is of no use. A case out of sight is as if there were no such code."""
    row = _newest(hash_of(typed)) if len(typed) == DIGITS else None
    if row is None or not _in_sight(row, actor, now):
        return "unknown"
    if row.minted_by_id == actor.user_id:
        return "same_person"
    if row.used_at is not None:
        return "used"
    if row.ended_at is not None and row.ended_at < row.expires_at:
        return "replaced"
    return row if now < row.expires_at and row.ended_at is None else "expired"


@working_as("second_codes")
def _newest(hashed: bytes) -> SecondCode | None:
    """The same six digits may have been shown before: the open row first, then the newest."""
    rows = SecondCode.objects.select_for_update().filter(hashed=hashed).order_by("-minted_at")
    found = list(rows[:8])
    return next((row for row in found if row.used_at is None and row.ended_at is None), next(iter(found), None))


def _in_sight(row: SecondCode, actor: Actor, now: datetime) -> bool:
    try:
        case_and_actions(case_id=row.case_id, actor=actor, now=now)
    except NotVisible:
        return False
    return True


def _refused_lately(actor: Actor, now: datetime) -> int:
    """How many codes were refused to this person within the window, by the events of the account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT action, at FROM audit_event WHERE stream = %s ORDER BY seq DESC LIMIT %s) e"
            " WHERE e.action = %s AND e.at > %s",
            [f"account/{actor.username}", _LOOKED_AT, Told.SECOND_CODE_REFUSED.value, now - WINDOW],
        )
        return int(cursor.fetchone()[0])


def _note(actor: Actor, why: str, now: datetime) -> None:
    record(
        stream=f"account/{actor.username}",
        action=Told.SECOND_CODE_REFUSED,
        actor=event_actor(actor, actor.posts[0] if actor.posts else None),
        data={"reason": why},
        now=now,
    )
