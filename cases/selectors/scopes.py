"""Whose work a person sees: all of an agency's, or only what was given to the sub-unit they belong to."""

from __future__ import annotations

from typing import NamedTuple

from agencies.actors import Actor, Post
from agencies.vocabulary import Role


class Scope(NamedTuple):
    """Tasks where `column` is `agency_id`. Counters know principal agencies only."""

    column: str
    agency_id: int

    @property
    def counted(self) -> bool:
        return self.column == "agency_id"


def works_on_cases(post: Post) -> bool:
    """An agency's administrator keeps its accounts and sees no case."""
    return bool(post.roles - {Role.AGENCY_ADMIN.value})


def task_scopes(actor: Actor) -> list[Scope]:
    """One scope per agency; a sub-unit's is left out where the person also belongs to its principal."""
    posts = [post for post in actor.posts if works_on_cases(post)]
    principals = {post.agency_id for post in posts if not post.is_unit}
    units = {post.agency_id for post in posts if post.is_unit and post.principal_id not in principals}
    return [Scope("agency_id", id_) for id_ in sorted(principals)] + [Scope("unit_id", id_) for id_ in sorted(units)]


def viewing_agencies(actor: Actor) -> tuple[int, ...]:
    """The agencies through which this person sees cases: those of every post that works on cases."""
    return tuple(sorted({post.agency_id for post in actor.posts if works_on_cases(post)}))
