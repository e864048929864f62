"""A person's sight: what of an actor the database has to know to show what is theirs, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agencies.access.oversight import OVERSEEING, decides
from agencies.actors import Actor
from agencies.visibility import case_agencies, sight_keys
from agencies.vocabulary import Kind, Role
from audit.sight import Sight, look, looking

WATCHERS = frozenset({Kind.DEVELOPMENT_COMMISSION.value, Kind.SUPERVISION.value})


def sight_of(actor: Actor) -> Sight:
    """What this person may see, as of the moment at which the actor was read."""
    working = set(case_agencies(actor))
    posts = [post for post in actor.posts if post.agency_id in working]
    return Sight(
        user=actor.user_id,
        keys=tuple(sight_keys(actor)),
        watches=tuple(sorted({post.region_code for post in posts if post.kind in WATCHERS})),
        supervises=tuple(sorted({post.region_code for post in actor.posts if post.roles & OVERSEEING})),
        administers=tuple(sorted({post.agency_id for post in actor.posts if Role.AGENCY_ADMIN in post.roles})),
        decides=tuple(sorted({post.agency_id for post in posts if decides(post)})),
    )


def look_as(actor: Actor) -> None:
    """For the rest of the request."""
    look(sight_of(actor))


def look_as_asker(user_id: int) -> None:
    """For the rest of the request as somebody whose posts are read later, under the lock of a case.

    Until then only what is the person's own is visible; `case_load` adds the cases for its transaction.
    """
    look(Sight(user=user_id))


@contextmanager
def seeing(actor: Actor) -> Iterator[None]:
    """Inside the block as this person."""
    with looking(sight_of(actor)):
        yield
