"""Through which agencies somebody sees cases, and which details of a list each of them tells.

What the table of the field level says (`cases.policy.privacy.precision`) becomes bits that the doors of the database
look up by the relation of agency and case, so that no list can say more than the case's own page.
"""

from __future__ import annotations

from typing import Final

import orjson

from agencies import visibility
from agencies.actors import Actor, Post
from agencies.vocabulary import Kind
from cases.policy.privacy.precision import Detail, Form, Tie, Viewer, form
from cases.selectors.precision.viewers import VIEWERS


def through(actor: Actor) -> str:
    """The agencies through which this person sees cases, for the doors: JSON. `[]`: no case at all."""
    posts = {post.agency_id: post for post in actor.posts}
    found = [
        {
            "agency": agency_id,
            "rank": rank,
            "principal": posts[agency_id].principal_id,
            "kwh": _bits(posts[agency_id], Detail.KWH),
        }
        for agency_id, rank in sorted(visibility.ceilings(actor).items())
    ]
    return orjson.dumps(found).decode()


def _ties(post: Post) -> list[Tie]:
    """As what an agency looks at a case: as nobody in particular, in charge, and from above."""
    if post.kind == Kind.SUPERVISION:
        return [Tie(Viewer.AUDITOR), Tie(Viewer.AUDITOR), Tie(Viewer.SUPERIOR)]
    if post.kind == Kind.DEVELOPMENT_COMMISSION:
        return [Tie(Viewer.COMMISSION), Tie(Viewer.COMMISSION, in_charge=True), Tie(Viewer.SUPERIOR)]
    return [Tie(VIEWERS.get(Kind(post.kind), Viewer.PARTNER))] * _RELATIONS


_RELATIONS: Final = 3


def _bits(post: Post, detail: Detail) -> int:
    """A bit for each relation in which the detail stands in clear."""
    return sum(1 << place for place, tie in enumerate(_ties(post)) if form(detail, [tie]) is Form.CLEAR)
