"""A picture from the telephone of a crew: stored once under the id that the telephone gave it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from agencies.actors import Actor
from cases.documents.attachments import FileRefused, Upload, store_attachment
from cases.workflow.deciding.available import Availability, available_actions
from cases.workflow.deciding.pictures import near_site
from cases.workflow.errors import InvalidInput, NotVisible, from_refusal
from cases.workflow.onsite import steps
from cases.workflow.onsite.steps import EXECUTE, SLOTS, Steps
from cases.workflow.view import Text


def crew(actor: Actor, case_id: UUID | str, *, now: datetime) -> Availability:
    """How 实施停电 stands for this person; raises the refusal of whoever is no crew here, or where no cut is due."""
    act = next(a for a in available_actions(case_id=case_id, actor=actor, now=now) if a.action == EXECUTE)
    if act.refusal is not None and not keeps(act):
        raise from_refusal(act.refusal)
    return act


def keeps(act: Availability) -> bool:
    """Whether this person may keep steps of the cut: the crew, while it is due, also where it may not be made yet."""
    refusal = act.refusal
    return refusal is None or (act.in_stage and refusal.status not in (403, 404) and refusal.code != "no_open_task")


def take_photo(
    actor: Actor,
    case: dict[str, Any],
    file_id: UUID,
    upload: Upload,
    *,
    slot: str,
    place: tuple[str, str] | None,
    now: datetime,
) -> Steps:
    """Store it and put it to the second step. The same once more, or at the same time, is one file and one line.

    `place`: degrees east and north as the telephone says, compared and forgotten. Raises WorkflowError.
    """
    if slot not in SLOTS:
        raise InvalidInput(Text("没有这种照片。", "There is no such kind of picture."), code="unknown_slot")
    near = near_site(case["id"], *place) if place else None
    try:
        kept = store_attachment(
            actor=actor, case_id=case["id"], kind=EXECUTE, upload=upload, now=now, file_id=file_id, near=near
        )
    except FileRefused as refused:
        raise InvalidInput(Text(refused.zh, refused.en), code="file_refused") from refused
    except PermissionError as unseen:
        raise NotVisible from unseen
    return steps.add_photo(actor, case["id"], kept, slot, version=case["version"], now=now)
