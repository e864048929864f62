"""Where an event stands in its chain: the hashes of its neighbours, computed again from the bytes that are kept."""

from __future__ import annotations

from typing import NamedTuple

from agencies.actors import Actor
from audit.chain import leaf
from cases.selectors.events import get_event
from cases.selectors.paging import Row, fetch


class Link(NamedTuple):
    """One event of a chain: the hash that is kept, and whether its bytes give it and name the one before."""

    seq: int
    leaf: str
    intact: bool


class Place(NamedTuple):
    """The event with its neighbours; `before` and `after` are None at the ends and where they are not to be seen."""

    before: Link | None
    here: Link
    after: Link | None

    @property
    def intact(self) -> bool:
        return all(link is None or link.intact for link in self)


def place_of(actor: Actor, event: Row) -> Place:
    """Of an event that was shown to this person (`get_event`). Neighbours tell nothing but their hash."""
    seq = event["seq"]
    rows = fetch(
        """SELECT e.seq, encode(e.prev, 'hex') AS prev, encode(e.leaf, 'hex') AS leaf, e.body
        FROM audit_event e WHERE e.stream = %s AND e.seq BETWEEN %s AND %s""",
        [event["stream"], seq - 1, seq + 1],
    )
    found = {row["seq"]: row for row in rows}
    links = {n: _link(found[n], found.get(n - 1)) for n in found}
    return Place(links.get(seq - 1), links[seq], links.get(seq + 1))


def _link(row: Row, before: Row | None) -> Link:
    body = bytes(row["body"])
    computed = leaf(body).hex()
    # The hash of the one before stands in the body, which is what was hashed; the column only repeats it.
    named = f'"prev":"{row["prev"]}"'.encode() in body
    follows = before is None or before["leaf"] == row["prev"]
    return Link(row["seq"], row["leaf"], computed == row["leaf"] and named and follows)


def event_is_seen(actor: Actor, event_id: int) -> bool:
    """Whether this person reads the event of this number."""
    return get_event(actor, event_id) is not None
