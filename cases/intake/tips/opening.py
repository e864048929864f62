"""Who reported, to one person, for a reason, for half an hour: an act beside the workflow, on record before it opens.

In charge is the commission that leads the case of the tip, or took the tip where it led to none; of its people a
handler or a reviewer opens. The reason is a code in the event, and sealed words beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.vocabulary import CASE_ROLES, Role
from audit.actions import Action
from audit.services import record
from audit.sight import working_as
from cases.models.tips import REPORTER, TipPart
from cases.selectors.case import find_case_id
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.viewers import REPORTER_OPENERS
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible
from cases.workflow.forms.cooperation import REPORTER_PURPOSES
from cases.workflow.view import Text

OPEN_FOR: Final = timedelta(minutes=30)
SHORTEST, LONGEST = 4, 300
REASONS: Final = dict(REPORTER_PURPOSES)
NOT_YOURS: Final = Text(
    "举报人身份由负责本案的发展改革委经办人或审核人说明理由后打开，你没有该角色；请交由他们办理。",
    "A handler or reviewer of the commission in charge opens the reporter's identity, with a reason; ask one of them.",
)
_TIP: Final = """SELECT t.id, t.agency_id, t.region_code, t.received_at, t.batch_id, t.number, t.erased_at, f.case_id,
        c.number AS case_number, c.lead_agency_id, c.stage
    FROM cases_tip t LEFT JOIN LATERAL tip_cases(ARRAY[t.id]) f ON true LEFT JOIN cases_case c ON c.id = f.case_id
    WHERE t.{column} = %s ORDER BY t.number"""
_OF_CASE: Final = """WITH own AS (
        SELECT r.id, r.batch_id, r.number FROM cases_site s JOIN cases_listrow r ON r.site_id = s.id
        WHERE s.case_id IN (SELECT f.case_id FROM case_family(%s) f)
    ), everything AS (
        SELECT batch_id, number FROM own
        UNION SELECT r.batch_id, r.number FROM cases_listrow r WHERE r.same_as_id IN (SELECT id FROM own)
    )
    SELECT t.id FROM everything e JOIN cases_tip t ON t.batch_id = e.batch_id AND t.number = e.number
    ORDER BY t.received_at, t.id"""
_OPENED: Final = """SELECT e.at, convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'purpose' AS purpose
    FROM audit_event e WHERE e.stream = 'account/' || %s AND e.actor_id = %s AND e.action = 'reporter_opened'
    AND e.at > %s AND convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'tip' = %s ORDER BY e.seq DESC LIMIT 1"""


class Opened(NamedTuple):
    """What somebody has opened closes again at this time; for which reason it was."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SealedTip:
    """A tip as the commission in charge sees it. `parts`: which numbers there are, the reporter's and the pictures'."""

    row: Row
    post: Post
    parts: tuple[int, ...]

    @property
    def opener(self) -> Role | None:
        """In which role its reader may open the reporter."""
        return next((role for role in REPORTER_OPENERS if role in self.post.roles), None)

    @property
    def has_reporter(self) -> bool:
        return REPORTER in self.parts

    @property
    def pictures(self) -> tuple[int, ...]:
        return tuple(number for number in self.parts if number != REPORTER)


def find_tip(actor: Actor, tip_id: UUID) -> SealedTip | None:
    """A tip that this person's commission is in charge of; None whether there is such a tip or not."""
    row = next(iter(_rows("id", tip_id)), None)
    if row is None or (row["case_id"] and find_case_id(actor, str(row["case_id"])) is None):
        return None
    in_charge = row["lead_agency_id"] or row["agency_id"]
    post = next((p for p in actor.posts if p.agency_id == in_charge and not p.roles.isdisjoint(CASE_ROLES)), None)
    return SealedTip(row, post, _numbers(tip_id)) if post else None


@working_as("tips")
def _rows(column: str, value: UUID) -> list[Row]:
    return fetch(_TIP.format(column=column), [str(value)])


@working_as("tips")
def tips_of_case(case_id: UUID | str) -> list[UUID]:
    """The tips behind a case that is visible, the earliest first."""
    return [row["id"] for row in fetch(_OF_CASE, [str(case_id)])]


def tips_of_batch(batch_id: UUID) -> dict[int, UUID]:
    """The tips behind the rows of a batch that is visible."""
    return {row["number"]: row["id"] for row in _rows("batch_id", batch_id)}


@working_as("tip_openings")
def _numbers(tip_id: UUID) -> tuple[int, ...]:
    return tuple(TipPart.objects.filter(tip_id=tip_id).order_by("number").values_list("number", flat=True))


@transaction.atomic
def open_reporter(*, actor: Actor, tip_id: UUID, reason: str, note: str, now: datetime) -> None:
    """Put the opening on record; what was opened is then read with `reporter`.

    Raises NotVisible, NotAllowed, InvalidInput (reason, note).
    """
    tip = find_tip(actor, tip_id)
    if tip is None:
        raise NotVisible
    role = tip.opener
    if role is None:
        raise NotAllowed(NOT_YOURS, code="may_not_open")
    _check(reason, note)
    data = {"tip": str(tip_id), "purpose": reason}
    if tip.row["case_id"]:
        data["case"] = str(tip.row["case_id"])
    record(
        stream=f"account/{actor.username}",
        action=Action.REPORTER_OPENED,
        actor=event_actor(actor, tip.post, role.value),
        data=data,
        sealed={"note": note.strip()},
        now=now,
    )


def _check(reason: str, note: str) -> None:
    problems = {}
    if reason not in REASONS:
        problems["reason"] = Text("请选择打开的理由", "Choose why it has to be opened")
    if not SHORTEST <= len(note.strip()) <= LONGEST:
        problems["note"] = Text(
            f"请用{SHORTEST}至{LONGEST}字说明情况", f"Explain it in {SHORTEST} to {LONGEST} characters"
        )
    if problems:
        raise InvalidInput(fields=problems)


def opened(actor: Actor, tip_id: UUID, now: datetime) -> Opened | None:
    """What this person has opened; None where it is closed."""
    found = fetch(_OPENED, [actor.username, actor.user_id, now - OPEN_FOR, str(tip_id)])
    return Opened(found[0]["at"] + OPEN_FOR, found[0]["purpose"]) if found else None


def reporter(tip: SealedTip, held: Opened, now: datetime) -> dict[str, str]:
    """Name, phone and address of the reporter, while they are open. The caller has noted the reading."""
    if now >= held.until:
        raise NotAllowed(NOT_YOURS, code="may_not_open")
    told: dict[str, str] = orjson.loads(_part(tip.row["id"], REPORTER).content())
    return told


def picture(tip: SealedTip, number: int) -> tuple[str, bytes]:
    """Media type and content of a picture. The caller has noted the reading. Raises NotVisible."""
    if number not in tip.pictures:
        raise NotVisible
    part = _part(tip.row["id"], number)
    return part.content_type, part.content()


@working_as("tip_openings")
def _part(tip_id: UUID, number: int) -> TipPart:
    return TipPart.objects.get(tip_id=tip_id, number=number)
