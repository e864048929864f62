"""The relations of a person's posts to one case, and the form in which each detail of it is shown through them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agencies.actors import Actor, Post
from agencies.directory import Directory
from agencies.visibility import reaching
from agencies.vocabulary import Kind, Role
from cases.policy.privacy.precision import Detail, Form, Tie, Viewer, form, revealable

# While one of these is open the commission draws up the list that has to name the account.
_LIST_TASKS: Final = frozenset({"plan_surcharge", "issue_surcharge_list"})
# In the commission that leads the case these roles may ask who reported, whichever way the tip came.
REPORTER_OPENERS: Final = (Role.HANDLER, Role.REVIEWER)
VIEWERS: Final = {
    Kind.CYBERSPACE_OFFICE: Viewer.CYBERSPACE,
    Kind.TELECOM_BUREAU: Viewer.TELECOM,
    Kind.GRID_COMPANY: Viewer.GRID,
    Kind.PARTNER: Viewer.PARTNER,
}


@dataclass(frozen=True, slots=True)
class About:
    """What of a case decides who sees what: who leads, who takes part, who owes which task, what is on record."""

    lead_agency_id: int
    participants: Collection[int]
    tasks: Collection[tuple[int, str]]
    facts: Mapping[str, Any]
    confidentiality: str


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """What one person sees of one case. `agencies`: through which."""

    ties: tuple[Tie, ...]
    agencies: frozenset[int] = frozenset()

    def form(self, detail: Detail, owner: int | None = None) -> Form:
        return form(detail, self.ties, owner=owner)

    @property
    def revealable(self) -> tuple[str, ...]:
        return revealable(self.ties)

    @property
    def own(self) -> frozenset[int]:
        """The agencies whose entries are this person's own."""
        return frozenset(agency for tie in self.ties for agency in tie.agencies)

    @property
    def only_referred(self) -> bool:
        """Somebody who knows of the case by a referral and by nothing else."""
        return all(tie.viewer is Viewer.PARTNER for tie in self.ties)


NOTHING: Final = Viewpoint(())


def viewpoint_of(actor: Actor, about: About, directory: Directory) -> Viewpoint:
    """Each post through which the case is visible, by itself; a post whose ceiling is below the case shows nothing."""
    through = reaching(actor, about.confidentiality).intersection(about.participants)
    posts = [post for post in actor.posts if post.agency_id in through]
    return Viewpoint(tuple(_tie(post, about, directory) for post in posts), frozenset(post.agency_id for post in posts))


def _tie(post: Post, about: About, directory: Directory) -> Tie:
    if post.kind == Kind.SUPERVISION:
        return Tie(Viewer.SUPERIOR if _watches_from_above(post, about, directory) else Viewer.AUDITOR)
    if post.kind == Kind.DEVELOPMENT_COMMISSION:
        return _commission(post, about, directory)
    viewer = VIEWERS.get(Kind(post.kind), Viewer.PARTNER)
    handed = viewer is Viewer.GRID and _handed_over(about.facts)
    return Tie(viewer, own_of(post, directory), handed_over=handed)


def _commission(post: Post, about: About, directory: Directory) -> Tie:
    """It is in charge where it leads or owes a task; one that only watches from above is a superior."""
    owed = {kind for agency, kind in about.tasks if agency == post.principal_id}
    in_charge = post.principal_id == about.lead_agency_id or bool(owed)
    if not in_charge and _watches_from_above(post, about, directory):
        return Tie(Viewer.SUPERIOR)
    own = own_of(post, directory)
    return Tie(
        Viewer.COMMISSION,
        own,
        in_charge=in_charge,
        lists_account=in_charge and bool(owed & _LIST_TASKS),
        opens_reporters=post.agency_id == about.lead_agency_id and not post.roles.isdisjoint(REPORTER_OPENERS),
    )


def _watches_from_above(post: Post, about: About, directory: Directory) -> bool:
    """Its region is larger than that of the commission that leads."""
    lead = directory.by_id.get(about.lead_agency_id)
    home = lead.region_code if lead else ""
    return home.startswith(post.region_code) and home != post.region_code


def own_of(post: Post, directory: Directory) -> frozenset[int]:
    """An agency's entries and those of its units. A branch of the grid company is the company; a carrier is itself."""
    if not post.is_unit:
        return frozenset({post.agency_id, *(unit.id for unit in directory.units(post.agency_id))})
    branch = post.kind == Kind.GRID_COMPANY
    return frozenset({post.agency_id, post.principal_id}) if branch else frozenset({post.agency_id})


def _handed_over(facts: Mapping[str, Any]) -> bool:
    """A measure reached the grid company: an order or its own cut, or a list that was issued."""
    surcharge = facts.get("surcharge") or {}
    return bool(facts.get("suspension") or surcharge.get("issued_at") or surcharge.get("earlier"))
