"""Deciding about a proposed version: by another person, and with what it does to the version before it said first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from agencies.actors import Actor
from audit.actions import Action
from audit.sight import working_as
from cases.models.rules import RuleVersion
from cases.policy.dated import CHINA
from cases.rules.authority import decider
from cases.rules.proposing import STATUS, Checked, clashing, locked, overlap
from cases.rules.telling import tell
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.view import Text

LONGEST_REASON = 300
# Decisions keep the versions that they used under this name, wherever in the facts of the case.
_USES = """
    SELECT id::text, number FROM cases_case
    WHERE facts ?| array['surcharge', 'suspension', 'determination', 'breach']
      AND jsonb_path_exists(facts, '$.**.rule_versions[*] ? (@ == $version)', jsonb_build_object('version', %s::text))
    ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the version before ends: its last day, and whether it then holds on no day at all."""

    holds_to: date
    withdrawn: bool
    used_by: tuple[tuple[str, str], ...]
    retroactive: bool


@transaction.atomic
def approve(*, actor: Actor, version_id: UUID, now: datetime, seen: bool = False) -> RuleVersion:
    """Let the version hold. Raises NoSuchVersion, NotAllowed, GuardRefused.

    One that ends another from a day gone by changes what decisions rested on: `seen` says that they were looked at.
    """
    version = locked(version_id)
    acting = decider(actor, version.region_id, version.proposed_by_id)
    before = version.supersedes
    ending = ending_of(version, now)
    if ending is not None and ending.retroactive and ending.used_by and not seen:
        raise _uses_not_seen(len(ending.used_by))
    told = _end(before, ending)
    if not version.repeal:
        days = version.effective_from, version.effective_to
        clash = clashing(version.kind, Checked(version.region_id, version.key, version.body, *days, None))
        if clash is not None:
            raise GuardRefused(overlap(clash), code="overlaps")
    version.status, version.decided_by_id, version.decided_at = STATUS.APPROVED, actor.user_id, now
    version.save(update_fields=["status", "decided_by", "decided_at"])
    tell(version, Action.RULE_APPROVED, acting, now, ended=told)
    return version


def _uses_not_seen(cases: int) -> GuardRefused:
    return GuardRefused(
        Text(
            f"被追溯取代的版本已有 {cases} 件案件据以办理。请核对这些案件，确认已知悉后再批准。",
            f"{cases} cases were decided by the version that ends in retrospect. Look at them, say that you have, then"
            " approve.",
        ),
        code="uses_not_seen",
        figures={"cases": str(cases)},
        missing=("seen",),
    )


@transaction.atomic
def reject(*, actor: Actor, version_id: UUID, reason: str, now: datetime) -> RuleVersion:
    """Say no, and why. Raises NoSuchVersion, NotAllowed, InvalidInput, GuardRefused."""
    version = locked(version_id)
    acting = decider(actor, version.region_id, version.proposed_by_id)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        told = Text(
            f"请填写不批准的理由，不超过 {LONGEST_REASON} 字。",
            f"Say why it is not approved, with at most {LONGEST_REASON} characters.",
        )
        raise InvalidInput(fields={"reason": told})
    version.status, version.decided_by_id, version.decided_at = STATUS.REJECTED, actor.user_id, now
    version.reason = reason
    version.save(update_fields=["status", "decided_by", "decided_at", "reason"])
    tell(version, Action.RULE_REJECTED, acting, now)
    return version


def ending_of(version: RuleVersion, now: datetime) -> Ending | None:
    """What the approval would do to the version before; None where there is none. Raises GuardRefused."""
    before = version.supersedes
    if before is None:
        return None
    before.refresh_from_db()
    if before.status != STATUS.APPROVED:
        raise GuardRefused(
            Text(
                "所取代的版本已被另一版本取代。请不予批准，另行提出。",
                "The version that it supersedes was superseded by another one. Reject this and propose anew.",
            ),
            code="superseded_already",
        )
    last = version.effective_from - timedelta(days=1)
    if before.holds_to is not None:
        last = min(last, before.holds_to)
    retroactive = version.effective_from <= now.astimezone(CHINA).date()
    return Ending(last, last < before.effective_from, uses_of(before.pk) if retroactive else (), retroactive)


def uses_of(version_id: UUID) -> tuple[tuple[str, str], ...]:
    """The cases (id and number) whose decisions rest on this version, whoever sees them."""
    with working_as("rule_uses"), connection.cursor() as cursor:
        cursor.execute(_USES, [str(version_id)])
        return tuple(cursor.fetchall())


def _end(before: RuleVersion | None, ending: Ending | None) -> dict[str, Any] | None:
    if before is None or ending is None:
        return None
    if ending.holds_to != before.holds_to:
        before.holds_to = ending.holds_to
        before.status = STATUS.WITHDRAWN if ending.withdrawn else STATUS.APPROVED
        before.save(update_fields=["holds_to", "status"])
    return {
        "version": str(before.pk),
        "status": str(before.status),
        "holds_to": ending.holds_to.isoformat(),
        "used_by": [case_id for case_id, _ in ending.used_by],
    }
