"""Whose work a person sees: all of an agency's, or only what was given to the sub-unit they belong to."""

from __future__ import annotations

from typing import NamedTuple

from agencies import visibility
from agencies.actors import Actor


class Scope(NamedTuple):
    """Tasks where `column` is `agency_id` and the case is not above `rank`. Counters know principal agencies only."""

    column: str
    agency_id: int
    rank: int

    @property
    def counted(self) -> bool:
        return self.column == "agency_id"


def task_scopes(actor: Actor) -> list[Scope]:
    """What each of the person's agencies owes, or each sub-unit was given: one index range each instead of an OR.

    A sub-unit's is left out where the person also belongs to its principal with no lower ceiling there.
    """
    open_to = visibility.ceilings(actor)
    posts = [post for post in actor.posts if post.agency_id in open_to]
    principals = {post.agency_id: open_to[post.agency_id] for post in posts if not post.is_unit}
    units = {
        post.agency_id: open_to[post.agency_id]
        for post in posts
        if post.is_unit and post.principal_id not in principals
    }
    return [Scope("agency_id", id_, rank) for id_, rank in sorted(principals.items())] + [
        Scope("unit_id", id_, rank) for id_, rank in sorted(units.items())
    ]
