"""How much of each of several cases this person reads, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import Part, Participation
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.viewers import Viewpoint, viewpoint_of
from cases.selectors.reach.parts import PLACES, about


class View(NamedTuple):
    """Whether the whole of a case is read, and in which form."""

    whole: bool
    viewpoint: Viewpoint


def viewpoints(actor: Actor, case_ids: Iterable[str]) -> dict[str, View]:
    """By case; no entry for a case that this person does not see."""
    ids, keys = sorted(set(case_ids)), visibility.sight_keys(actor)
    rows = fetch(PLACES, [ids, keys]) if ids and keys else []
    cases: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        cases[row["case_id"]].append(row)
    found = {}
    for case_id, places in cases.items():
        taking_part = [Participation(row["agency_id"], row["relation"], row["owes"]) for row in places]
        part = visibility.part(actor, taking_part, places[0]["region_code"], places[0]["confidentiality"])
        if part is not None:
            directory = get_directory(stamp=places[0]["stamp"])
            found[case_id] = View(part is Part.WHOLE, viewpoint_of(actor, about(places), directory))
    return found
