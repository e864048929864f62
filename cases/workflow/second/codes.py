"""Codes by which the first person of a pair hands the case to the second: minted, and how they stand.

A code is a way to the act and no permission: whoever follows it acts on the own login, and the engine asks for the two
persons as ever (decision 0099). It follows from a nonce with the server's key, is found by a keyed hash, counts ten
minutes and once, and the next one takes its place.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from agencies.access.rates import Rate, spend
from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.selectors import display_names
from audit.actions import Action as Told
from audit.services import record
from audit.sight import working_as
from cases.models import SecondCode
from cases.models.sealing import key_ring
from cases.workflow.deciding.available import case_and_actions
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.fields import Transition
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Act, CaseView, Text

DIGITS: Final = 6
LASTS: Final = timedelta(minutes=10)
# Another code a few times while two people stand at a meter.
MINTS: Final = Rate("second_code", 30, 600)
_DRAWS: Final = 8


class NobodyWaits(GuardRefused):
    """There is nothing that a second person could confirm now, or it was somebody else who did the first half."""

    code = "no_second_person_waits"
    default = Text(
        "现在没有等待他人确认的事项，或前一步不是你办理的，不能出示确认码。",
        "Nothing waits for a second person now, or the first half was not yours; there is no code to show.",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as the person who minted it sees it, and how it stands."""

    id: UUID
    case_id: UUID
    action: str
    code: str
    minted_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str
    ended: bool

    def open_at(self, now: datetime) -> bool:
        return self.used_at is None and not self.ended and now < self.expires_at


def mint(actor: Actor, case_id: UUID | str, action: str, *, now: datetime) -> Shown:
    """A fresh code for the second half of what this person has just done; an earlier one counts no more.

    Raises NotVisible, NobodyWaits, InvalidInput, TooOften.
    """
    transition = _second_half(action)
    view, _ = case_and_actions(case_id=case_id, actor=actor, now=now)
    done = waits_for_another(view, transition, actor)
    if done is None:
        raise NobodyWaits
    spend(MINTS, str(actor.user_id))
    with transaction.atomic():
        earlier = SecondCode.objects.filter(
            case_id=case_id, action=action, minted_by_id=actor.user_id, used_at=None, ended_at=None
        )
        earlier.update(ended_at=now)
        row = _drawn(actor, UUID(view.id), action, now)
        tell(actor, Told.SECOND_CODE_MINTED, row, now, actor.post_at(done.agency_id or 0))
    return _shown(row, "")


def current(actor: Actor, case_id: UUID | str, action: str) -> Shown | None:
    """The last code that this person showed for this act, whatever became of it."""
    own = SecondCode.objects.filter(case_id=case_id, action=action, minted_by_id=actor.user_id)
    row = own.order_by("-minted_at", "-id").first()
    if row is None:
        return None
    name = display_names(actor, {row.used_by_id}).get(row.used_by_id, "") if row.used_by_id else ""
    return _shown(row, name)


def waits_for_another(view: CaseView, transition: Transition, actor: Actor) -> Act | None:
    """The first half of this pair, where this person did it and the second half waits now."""
    last = view.last(*transition.must_differ_from) if transition.must_differ_from else None
    waiting = view.tasks_of(*transition.completes)
    return last if last is not None and waiting and last.user_id == actor.user_id else None


def may_show(actor: Actor, case_id: UUID | str, action: str, *, now: datetime) -> bool:
    """Whether this person did the first half of this act and the second half waits for another."""
    transition = TRANSITIONS.get(action)
    if transition is None or not transition.must_differ_from:
        return False
    view, _ = case_and_actions(case_id=case_id, actor=actor, now=now)
    return waits_for_another(view, transition, actor) is not None


def code_of(row: SecondCode) -> str:
    """The six digits of this row: in no column, queue or log."""
    digest = key_ring().blind("second code", row.id.hex + bytes(row.nonce).hex())
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def hash_of(code: str) -> bytes:
    return key_ring().blind("second code typed", code)


def tell(actor: Actor, action: Told, row: SecondCode, now: datetime, post: Post | None) -> None:
    """The event beside the row, in its transaction."""
    data = {"case": str(row.case_id), "act": row.action, "code_id": str(row.id)}
    by = event_actor(actor, post)
    record(stream=f"account/{actor.username}", action=action, actor=by, data=data, now=now)


@working_as("drafts")
def discard_expired(now: datetime) -> int:
    """Throw away codes that ended a day ago; their events stay. Returns how many."""
    return SecondCode.objects.filter(expires_at__lte=now - timedelta(days=1)).delete()[0]


def _second_half(action: str) -> Transition:
    transition = TRANSITIONS.get(action)
    if transition is None or not transition.must_differ_from:
        raise InvalidInput(
            Text("此事项不需要第二人确认。", "This act takes no second person."), code="no_second_person"
        )
    return transition


def _drawn(actor: Actor, case_id: UUID, action: str, now: datetime) -> SecondCode:
    """A row whose digits nobody else has open. A code of the past stands in nobody's way."""
    for _ in range(_DRAWS):
        row = SecondCode(
            case_id=case_id, action=action, minted_by_id=actor.user_id, minted_at=now, expires_at=now + LASTS,
            nonce=os.urandom(16),
        )  # fmt: skip
        row.hashed = hash_of(code_of(row))
        _end_expired(row.hashed, now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return row
    raise RuntimeError("no free code could be drawn")


@working_as("second_codes")
def _end_expired(hashed: bytes, now: datetime) -> None:
    found = SecondCode.objects.filter(hashed=hashed, used_at=None, ended_at=None, expires_at__lte=now)
    found.update(ended_at=now)


def _shown(row: SecondCode, used_by: str) -> Shown:
    return Shown(
        id=row.id,
        case_id=row.case_id,
        action=row.action,
        code=code_of(row),
        minted_at=row.minted_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_by=used_by,
        ended=row.ended_at is not None,
    )
