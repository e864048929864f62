"""The draft of a cut, step by step: kept for the whole crew, changed by one hand at a time, each change once.

The draft is that of the act 实施停电 (decision 0099), so that nothing is kept twice; beside the fields of the act it
holds what only the steps need. Each change names itself by an id that its sender made: sent again, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from agencies.actors import Actor
from cases.policy.cutting.photos import rules
from cases.policy.execution import checklist_items
from cases.workflow.actions import Action
from cases.workflow.drafts import services as drafts

EXECUTE: Final = Action.EXECUTE_SUSPENSION.value
INFEASIBLE: Final = Action.REPORT_INFEASIBLE.value
# What no field of the act is: the ids of changes taken, which picture shows what, that no voltage was found.
ASIDE: Final = "onsite"
REMEMBERED: Final = 200
SLOTS: Final = ("meter", "breaker", "seal", "more")
ITEMS: Final = tuple(item for item, _, _ in checklist_items())
# Without these the second step is not done; the act itself asks for the same.
NEEDED: Final = ("executed_at", "reading", "seal_no")


@dataclass(frozen=True, slots=True)
class Steps:
    """What the crew has entered so far."""

    data: dict[str, Any] = field(default_factory=dict)
    saved_at: datetime | None = None
    name: str = ""
    own: bool = True

    @property
    def aside(self) -> dict[str, Any]:
        return dict(self.data.get(ASIDE) or {})

    @property
    def act(self) -> dict[str, Any]:
        """The fields of the act alone."""
        return {name: value for name, value in self.data.items() if name != ASIDE}

    @property
    def photos(self) -> list[str]:
        return list(self.data.get("photos") or [])

    @property
    def answered(self) -> dict[str, bool]:
        return {item: self.data[item] == "true" for item in ITEMS if self.data.get(item) in ("true", "false")}

    @property
    def refused(self) -> list[str]:
        """The lines answered with no."""
        return [item for item, yes in self.answered.items() if not yes]

    @property
    def checked(self) -> bool:
        return len(self.answered) == len(ITEMS) and not self.refused

    @property
    def lacking(self) -> list[str]:
        """What the second step still lacks, by the names of its fields."""
        found = [name for name in NEEDED if not self.data.get(name)]
        if len(set(self.photos)) < rules()["minimum"]:
            found.append("photos")
        return found if self.aside.get("dead") else [*found, "dead"]

    @property
    def begun(self) -> bool:
        """Whether anything of the second step is there."""
        return bool(self.photos or self.aside.get("dead") or any(self.data.get(name) for name in NEEDED))


def load(actor: Actor, case_id: UUID | str, *, now: datetime) -> Steps:
    """The crew's draft, whoever of it saved last."""
    kept = drafts.load_shared(actor, case_id, EXECUTE, now=now)
    return Steps(kept.data, kept.saved_at, kept.name, kept.own) if kept else Steps()


def change(
    actor: Actor,
    case_id: UUID | str,
    token: str | None,
    how: Callable[[dict[str, Any]], None],
    *,
    version: int | None,
    now: datetime,
) -> Steps:
    """Change the draft under the id of this change; one that was taken before changes nothing.

    `token`: None for what is never sent by a queue, and whose last state counts however often it comes.
    """
    with transaction.atomic():
        _hold(case_id)
        found = load(actor, case_id, now=now)
        taken = list(found.aside.get("taken") or [])
        if token in taken:
            return found
        data = found.data | {ASIDE: found.aside}
        how(data)
        data[ASIDE]["taken"] = [*taken, token][-REMEMBERED:] if token else taken
        # Who waited for the turn began earlier and is later all the same: the newest draft is the one that counts.
        saved = max(now, found.saved_at + timedelta(microseconds=1)) if found.saved_at else now
        drafts.save(actor, case_id, EXECUTE, data, version=version, now=saved, shared=True)
    return Steps(data, saved)


def add_photo(actor: Actor, case_id: UUID | str, file_id: str, slot: str, *, version: int, now: datetime) -> Steps:
    """Put a stored picture to the step, under its own id; one that was taken away again stays away."""

    def put(data: dict[str, Any]) -> None:
        data["photos"] = [*[one for one in data.get("photos") or [] if one != file_id], file_id]
        data[ASIDE]["slots"] = {**data[ASIDE].get("slots", {}), file_id: slot}

    return change(actor, case_id, f"photo {file_id}", put, version=version, now=now)


def _hold(case_id: UUID | str) -> None:
    """Two telephones of one crew change the draft one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('onsite/' || %s, 0))", [str(case_id)])
