"""Through which agencies somebody sees cases, and which details of a list each of them tells.

What the table of the field level says (`cases.policy.privacy.precision`) becomes bits that the doors of the database
look up by the relation of agency and case, so that no list can say more than the case's own page.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import orjson

from agencies import visibility
from agencies.actors import Actor, Post
from agencies.directory import Directory, held_directory
from agencies.vocabulary import Kind
from cases.policy.privacy.precision import Detail, Form, Tie, Viewer, form
from cases.selectors.precision.viewers import VIEWERS, own_of

# What cases are found by, and the detail each of these is.
FINDS: Final = {
    "name": Detail.NAME,
    "line": Detail.LINE,
    "number": Detail.NUMBER,
    "address": Detail.ADDRESS,
    "ip": Detail.IP,
}
# Of these forms a masked piece is shown, and found by.
_PIECES: Final = (Form.DISTRICT, Form.MASKED, Form.REVEAL)
OWN, IN_CHARGE, HANDED_OVER, FROM_ABOVE = 1, 2, 4, 8


def through(actor: Actor) -> str:
    """The agencies through which this person sees cases, for the doors: JSON. `[]`: no case at all."""
    posts = {post.agency_id: post for post in actor.posts}
    directory = held_directory()
    found = [
        _agency(posts[agency_id], rank, directory) for agency_id, rank in sorted(visibility.ceilings(actor).items())
    ]
    return orjson.dumps(found).decode()


def _agency(post: Post, rank: int, directory: Directory) -> dict[str, Any]:
    return {
        "agency": post.agency_id,
        "rank": rank,
        "principal": post.principal_id,
        "kwh": _energy(post.kind),
        "own": sorted(own_of(post, directory)),
        "part": sorted({post.agency_id, *(unit.id for unit in directory.units(post.agency_id))}),
        "finds": {name: _found_by(post.kind, detail) for name, detail in FINDS.items()},
    }


@cache
def _energy(kind: str) -> int:
    """A bit for each relation in which the month's energy is in clear: none in particular, in charge, from above."""
    places = enumerate((0, IN_CHARGE, FROM_ABOVE))
    return sum(1 << n for n, relation in places if _form(kind, Detail.KWH, relation) is Form.CLEAR)


@cache
def _found_by(kind: str, detail: Detail) -> dict[str, int]:
    """A bit for each relation in which a value stands in clear, and for each in which a piece of it is shown."""
    forms = [_form(kind, detail, relation) for relation in range(16)]
    return {
        "clear": sum(1 << n for n, each in enumerate(forms) if each is Form.CLEAR),
        "masked": sum(1 << n for n, each in enumerate(forms) if each in _PIECES),
    }


def _form(kind: str, detail: Detail, relation: int) -> Form:
    """How a value leaves to an agency of this kind in this relation to case and value."""
    own = frozenset({1})
    owner = 1 if relation & OWN else None
    if kind == Kind.SUPERVISION:
        tie = Tie(Viewer.SUPERIOR if relation & FROM_ABOVE else Viewer.AUDITOR)
    elif kind == Kind.DEVELOPMENT_COMMISSION:
        in_charge = bool(relation & IN_CHARGE)
        above = bool(relation & FROM_ABOVE) and not in_charge
        tie = Tie(Viewer.SUPERIOR) if above else Tie(Viewer.COMMISSION, own, in_charge=in_charge)
    else:
        viewer = VIEWERS.get(Kind(kind), Viewer.PARTNER)
        tie = Tie(viewer, own, handed_over=viewer is Viewer.GRID and bool(relation & HANDED_OVER))
    return form(detail, [tie], owner=owner)
