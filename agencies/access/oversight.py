"""Whose readings of personal data somebody may look through, and whose registers."""

from __future__ import annotations

from dataclasses import dataclass

from agencies.actors import Actor, Post
from agencies.directory import Directory
from agencies.vocabulary import Kind, Role

# They look through everything in their region. The audit administrator does so without seeing any case.
OVERSEEING = frozenset({Role.SUPERVISOR.value, Role.AUDIT_ADMIN.value})
# In a commission, those who decide look through the agency's own.
DECIDING = frozenset({Role.REVIEWER.value, Role.APPROVER.value})


@dataclass(frozen=True, slots=True)
class Oversight:
    """The agencies whose readings may be looked through; `shell` adds those of the operators at the servers."""

    agencies: tuple[int, ...]
    shell: bool = False

    @property
    def empty(self) -> bool:
        return not self.agencies and not self.shell


def oversight(actor: Actor, directory: Directory) -> Oversight:
    """What this person oversees.

    A supervisor the whole subtree of the own region, at the province also the operators; a reviewer or approver of a
    commission the own agency and its units. Agencies that were closed stay in, for their readings do.
    """
    regions = tuple(post.region_code for post in actor.posts if post.roles & OVERSEEING)
    own = {post.agency_id for post in actor.posts if decides(post)}
    found = [
        agency.id
        for agency in directory.by_id.values()
        if agency.region_code.startswith(regions) or agency.id in own or agency.parent_id in own
    ]
    return Oversight(tuple(sorted(found)), shell=any(len(region) == 2 for region in regions))


def decides(post: Post) -> bool:
    """Whether somebody decides in a commission through this post."""
    return post.kind == Kind.DEVELOPMENT_COMMISSION and bool(post.roles & DECIDING)
