"""The one place that says which cases an actor sees. Deny by default.

A case is visible to an agency that has a row in `cases_caseagency`: it leads or supervises where the case lies, or it
has or had a task or a referral. People see what the agencies of their posts see, with two exceptions:

- members of a sub-unit (a carrier, a county branch) see only what was assigned to their unit, not what the principal
  sees: their own unit's rows count, never the parent's;
- administrators see no case: neither agency_admin alone nor the three separated ones (system, security, audit).
"""

from __future__ import annotations

from collections.abc import Iterable

from agencies.actors import Actor, Post
from agencies.directory import AgencyRef, Directory
from agencies.vocabulary import CASE_ROLES, Confidentiality, Kind


def case_agencies(actor: Actor) -> list[int]:
    """The agencies through which this actor sees cases, ascending. Empty: no case at all."""
    return sorted({post.agency_id for post in actor.posts if _works_on_cases(post)})


def sight_keys(actor: Actor) -> list[int]:
    """What the actor may see, as the database compares it, ascending: `agency_id * 4 + rank`.

    One for each agency through which the actor sees cases and each rank up to the ceiling there. A case is visible
    when one of them is that of a row of `cases_caseagency`.
    """
    return sorted(
        {
            post.agency_id * 4 + rank
            for post in actor.posts
            if _works_on_cases(post)
            for rank in range(Confidentiality(post.ceiling).rank + 1)
        }
    )


def sees(actor: Actor, participants: Iterable[int]) -> bool:
    """Whether a case with these agencies in `cases_caseagency` is visible to the actor."""
    return not set(case_agencies(actor)).isdisjoint(participants)


def seen(case_id: str) -> str:
    """The same as an SQL condition on the id in the column `case_id`; its one parameter is `case_agencies(actor)`."""
    return f"EXISTS (SELECT 1 FROM cases_caseagency ca WHERE ca.case_id = {case_id} AND ca.agency_id = ANY(%s))"


def share_with(region_code: str, directory: Directory) -> tuple[AgencyRef, ...]:
    """The agencies that see a new case from its first day: the commission that leads it, then those that supervise.

    The nearest commission leads. Commissions above it and every supervision whose region covers the case supervise.
    """
    lead = directory.addressee(Kind.DEVELOPMENT_COMMISSION, region_code)
    watching = directory.watchers(region_code)
    return tuple(sorted(watching, key=lambda agency: lead is None or agency.id != lead.id))


def _works_on_cases(post: Post) -> bool:
    return not post.roles.isdisjoint(CASE_ROLES)
