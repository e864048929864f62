"""The one place that says which cases an actor sees, and how much of each. Deny by default.

A case is visible to an agency that has a row in `cases_caseagency`: it leads or supervises where the case lies, or it
has or had a task or a referral. People see what the agencies of their posts see, with three exceptions:

- members of a sub-unit (a carrier, a county branch) see only what was assigned to their unit, not what the principal
  sees: their own unit's rows count, never the parent's;
- administrators see no case: neither agency_admin alone nor the three separated ones (system, security, audit);
- nobody sees a case that is more confidential than the ceiling of their post there.

Of a visible case an agency reads the whole while it leads the case, supervises the region in which it lies or owes an
open task on it. Otherwise, and a partner always, it reads its own part: the header, what it did, what was addressed to
it and the answers it got (`cases.selectors.reach.parts` finds these). What an act may do never depends on the part.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from agencies.actors import Actor, Post
from agencies.directory import AgencyRef, Directory
from agencies.vocabulary import CASE_ROLES, Confidentiality, Kind


class Part(StrEnum):
    """How much of a visible case somebody reads."""

    WHOLE = "whole"
    OWN = "own"


class Participation(NamedTuple):
    """One agency's place on a case: its row of `cases_caseagency`, and whether it owes an open task."""

    agency_id: int
    relation: str
    owes: bool


def case_agencies(actor: Actor) -> list[int]:
    """The agencies through which this actor sees cases, ascending. Empty: no case at all."""
    return sorted({post.agency_id for post in actor.posts if _works_on_cases(post)})


def sight_keys(actor: Actor) -> list[int]:
    """What the actor may see, as the database compares it, ascending: `agency_id * 4 + rank`.

    One for each agency through which the actor sees cases and each rank up to the ceiling there. A case is visible
    when one of them is that of a row of `cases_caseagency`.
    """
    return _keys(post for post in actor.posts if _works_on_cases(post))


def whole_keys(actor: Actor) -> list[int]:
    """Of `sight_keys`, those of agencies that can read a whole case: all but partners'."""
    return _keys(post for post in actor.posts if _works_on_cases(post) and post.kind != Kind.PARTNER)


def ceilings(actor: Actor) -> dict[int, int]:
    """The highest rank of confidentiality that the actor sees through each agency; no entry: no case."""
    found: dict[int, int] = {}
    # A person may hold a post of the own and, for an absent colleague, another in the same agency.
    for post in actor.posts:
        if _works_on_cases(post):
            found[post.agency_id] = max(found.get(post.agency_id, 0), Confidentiality(post.ceiling).rank)
    return found


def reaching(actor: Actor, confidentiality: str) -> frozenset[int]:
    """The agencies through which the actor sees cases as confidential as this one."""
    rank = Confidentiality(confidentiality).rank
    return frozenset(agency_id for agency_id, ceiling in ceilings(actor).items() if rank <= ceiling)


def sees(actor: Actor, participants: Iterable[int], confidentiality: str) -> bool:
    """Whether a case with these agencies in `cases_caseagency` and this confidentiality is visible to the actor."""
    return not reaching(actor, confidentiality).isdisjoint(participants)


def part(actor: Actor, taking_part: Iterable[Participation], region_code: str, confidentiality: str) -> Part | None:
    """How much the actor reads of a case that lies there; None: nothing, it is not visible."""
    through = reaching(actor, confidentiality)
    seen_through = [each for each in taking_part if each.agency_id in through]
    if not seen_through:
        return None
    posts = {post.agency_id: post for post in actor.posts}
    whole = any(_reads_whole(posts[each.agency_id], each, region_code) for each in seen_through)
    return Part.WHOLE if whole else Part.OWN


def _reads_whole(post: Post, place: Participation, region_code: str) -> bool:
    if post.kind == Kind.PARTNER:
        return False
    # A case that was handed to another region has left the supervision of the first.
    supervises = place.relation == "supervisor" and region_code.startswith(post.region_code)
    return place.relation == "lead" or supervises or place.owes


def seen(case_id: str) -> str:
    """`sees` as an SQL condition on the id in the column `case_id`; its one parameter is `sight_keys(actor)`."""
    return f"""EXISTS (SELECT 1 FROM cases_caseagency ca
        WHERE ca.case_id = {case_id} AND ca.agency_id * 4 + ca.rank = ANY(%s))"""


def whole(case_id: str, keys: str = "%s") -> str:
    """`part` is the whole, as an SQL condition on the id of a case; its one parameter is `whole_keys(actor)`."""
    return f"""EXISTS (SELECT 1 FROM cases_caseagency ca
        WHERE ca.case_id = {case_id} AND ca.agency_id * 4 + ca.rank = ANY({keys}) AND {WHOLE_THROUGH})"""


# The same for a row `ca` of `cases_caseagency` of an agency that is no partner.
WHOLE_THROUGH = """(ca.relation = 'lead'
    OR (ca.relation = 'supervisor' AND starts_with(
        (SELECT wc.region_code FROM cases_case wc WHERE wc.id = ca.case_id),
        (SELECT wa.region_id FROM agencies_agency wa WHERE wa.id = ca.agency_id)))
    OR EXISTS (SELECT 1 FROM cases_task wt WHERE wt.case_id = ca.case_id AND wt.state = 'open'
               AND ca.agency_id = ANY(ARRAY[wt.agency_id, wt.unit_id])))"""


def share_with(region_code: str, directory: Directory) -> tuple[AgencyRef, ...]:
    """The agencies that see a new case from its first day: the commission that leads it, then those that supervise.

    The nearest commission leads. Commissions above it and every supervision whose region covers the case supervise.
    """
    lead = directory.addressee(Kind.DEVELOPMENT_COMMISSION, region_code)
    watching = directory.watchers(region_code)
    return tuple(sorted(watching, key=lambda agency: lead is None or agency.id != lead.id))


def _works_on_cases(post: Post) -> bool:
    return not post.roles.isdisjoint(CASE_ROLES)


def _keys(posts: Iterable[Post]) -> list[int]:
    return sorted(
        {post.agency_id * 4 + rank for post in posts for rank in range(Confidentiality(post.ceiling).rank + 1)}
    )
