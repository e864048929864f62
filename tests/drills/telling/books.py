"""What was acknowledged beside what there is: every flaw by name. Reading is apart from judging, which is pure.

What each act must leave is not taken from the product's rules but from a case that was worked before anything was
killed: every other case had the same acts, so it must have told the same people of the same things.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

COMMITTED = "pg_xact_commit_timestamp(m.xmin)"  # asks for track_commit_timestamp

LOST, DOUBLED, DISORDERED, REFUSED = "lost", "doubled", "out of order", "refused"


class Flaw(NamedTuple):
    kind: str
    what: str


class Event(NamedTuple):
    case: str
    seq: int
    id: int
    leaf: str


class Row(NamedTuple):
    """Of the outbox; `about` is what it tells: its topic and the kind of task."""

    id: int
    case: str
    seq: int
    about: tuple[str, str]
    delivered: bool


class Message(NamedTuple):
    """`seen` says when others could read it: the commit of its transaction, then its number."""

    row: int
    user: str
    seen: tuple[Any, int]


class Delivery(NamedTuple):
    """What goes out beside the inbox; `id` is what its receiver deduplicates by."""

    id: str
    row: int
    user: str
    state: str


@dataclass
class Books:
    """`acts` are the lines of the clients' ledgers, `pattern` the case that was worked in peace."""

    pattern: str
    acts: Sequence[Mapping[str, Any]]
    events: list[Event] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    tasks: list[tuple[str, str, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    # Ids in the order in which each receiver took them, as often as it did.
    received: Sequence[str] = ()

    @property
    def again(self) -> int:
        """How often a receiver took what it had already: at-least-once, seen from outside."""
        return len(self.received) - len(set(self.received))


def read_ledgers(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.glob("*.ledger")) for line in path.read_text().splitlines()]


def read(
    sql: Callable[[str], list[tuple[Any, ...]]],
    acts: Sequence[Mapping[str, Any]],
    pattern: str,
    *,
    committed: str = COMMITTED,
    received: Sequence[str] = (),
) -> Books:
    # What the product tells about no case (a calendar that is missing) is no part of the drill.
    other = {id_ for (id_,) in sql("SELECT id::text FROM notifications_delivery WHERE case_id IS NULL")}
    books = Books(pattern, acts, received=[id_ for id_ in received if id_ not in other])
    books.events = [
        Event(*row)
        for row in sql(
            "SELECT substr(stream, 6), seq, id, encode(leaf, 'hex') FROM audit_event WHERE stream LIKE 'case/%'"
        )
    ]
    books.versions = dict(sql("SELECT id::text, version FROM cases_case"))
    books.tasks = sql("SELECT id::text, case_id::text, state FROM cases_task")
    books.rows = [
        Row(id_, case, seq, (topic, kind), delivered)
        for id_, case, seq, topic, kind, delivered in sql(
            "SELECT id, case_id::text, seq, topic, coalesce(payload->>'kind', ''), delivered_at IS NOT NULL"
            " FROM cases_outbox WHERE case_id IS NOT NULL ORDER BY id"
        )
    ]
    books.messages = [
        Message(row, user, (at, id_))
        for row, user, at, id_ in sql(
            f"SELECT m.outbox_id, u.username, {committed}, m.id"
            " FROM notifications_message m JOIN agencies_user u ON u.id = m.user_id"
            " WHERE m.outbox_id IN (SELECT id FROM cases_outbox WHERE case_id IS NOT NULL)"
        )
    ]
    books.deliveries = [
        Delivery(*row)
        for row in sql(
            "SELECT d.id::text, d.outbox_id, coalesce(u.username, d.endpoint::text) || ' by ' || d.channel, d.state"
            " FROM notifications_delivery d LEFT JOIN agencies_user u ON u.id = d.user_id WHERE d.case_id IS NOT NULL"
        )
    ]
    return books


def flaws(books: Books) -> list[Flaw]:
    """Empty where every act was done once and told once to each, in its order."""
    return [*_acts(books), *_tasks(books), *_rows(books), *_told(books), *_order(books), *_received(books)]


def _acts(books: Books) -> Iterator[Flaw]:
    """Each acknowledged act is there with its receipt; nothing is there that nobody acknowledged."""
    for act in books.acts:
        if "refused" in act:
            yield Flaw(REFUSED, f"{act['action']} on {act['case']}: {act['refused']}")
    told = [Event(a["case"], a["version"], a["event"], a["leaf"]) for a in books.acts if "refused" not in a]
    yield from _compare(told, books.events, "act")
    versions = Counter(event.case for event in told)
    for case, version in versions.items():
        if books.versions.get(case, 0) < version:
            yield Flaw(LOST, f"case {case} is at {books.versions.get(case, 0)}, acknowledged were {version}")
    for case, version in books.versions.items():
        if version > versions[case]:
            yield Flaw(DOUBLED, f"case {case} is at {version}, acknowledged were {versions[case]}")


def _tasks(books: Books) -> Iterator[Flaw]:
    acts = [act for act in books.acts if "refused" not in act]
    opened = [(task, act["case"]) for act in acts for task in act["opened"]]
    yield from _compare(opened, [(task, case) for task, case, _ in books.tasks], "task")
    ended = {task: state for act in acts for task, state in act["closed"].items()}
    for task, case, state in books.tasks:
        if (state if state != "open" else None) != ended.get(task):
            yield Flaw(LOST, f"task {task} of {case} is {state}, acknowledged was {ended.get(task, 'open')}")


def _rows(books: Books) -> Iterator[Flaw]:
    """The outbox holds for each act what the pattern's act left, and all of it is delivered."""
    for row in books.rows:
        if not row.delivered:
            yield Flaw(LOST, f"row {row.id} ({row.about}) of {row.case}#{row.seq} was never delivered")
    left = defaultdict[tuple[str, int], Counter[Any]](Counter)
    for row in books.rows:
        left[row.case, row.seq][row.about] += 1
    yield from _like_the_pattern(books, left, "row")


def _told(books: Books) -> Iterator[Flaw]:
    """Each person has been told of each act as often as of the pattern's: not once more, not once less."""
    rows = {row.id: row for row in books.rows}
    told = defaultdict[tuple[str, int], Counter[Any]](Counter)
    for message in books.messages:
        row = rows[message.row]
        told[row.case, row.seq][*row.about, message.user] += 1
    yield from _like_the_pattern(books, told, "message")


def _order(books: Books) -> Iterator[Flaw]:
    """What a person could read of a case came in the order of its acts; a second message is a flaw of its own."""
    rows = {row.id: row for row in books.rows}
    yield from _ordered(((row.case,), row.id, row.seq) for row in books.rows)
    # In the order of their numbers, by which the inbox sorts, and in that in which they could be read.
    for by in (lambda message: message.seen[1], lambda message: message.seen):
        first = dict[tuple[int, str], Any]()
        for message in books.messages:
            told = message.row, message.user
            first[told] = min(first.get(told, by(message)), by(message))
        yield from _ordered(((rows[row].case, user), seen, rows[row].seq) for (row, user), seen in first.items())


def _received(books: Books) -> Iterator[Flaw]:
    """Each delivery is planned as the pattern's is, was sent, and arrived: once and in order, after deduplication."""
    rows, known = {row.id: row for row in books.rows}, {delivery.id: delivery for delivery in books.deliveries}
    planned = defaultdict[tuple[str, int], Counter[Any]](Counter)
    for delivery in books.deliveries:
        row = rows[delivery.row]
        planned[row.case, row.seq][*row.about, delivery.user] += 1
    yield from _like_the_pattern(books, planned, "delivery")
    arrived = {id_: place for place, id_ in reversed(list(enumerate(books.received)))}
    for delivery in books.deliveries:
        if delivery.state != "sent" or delivery.id not in arrived:
            there = "arrived" if delivery.id in arrived else "never arrived"
            yield Flaw(LOST, f"delivery {delivery.id} to {delivery.user} is {delivery.state} and {there}")
    for id_ in arrived.keys() - known.keys():
        yield Flaw(DOUBLED, f"{id_} arrived and is no delivery")
    yield from _ordered(
        ((rows[known[id_].row].case, known[id_].user), place, rows[known[id_].row].seq)
        for id_, place in arrived.items()
        if id_ in known
    )


def _ordered(found: Iterable[tuple[tuple[str, ...], Any, int]]) -> Iterator[Flaw]:
    lanes = defaultdict[tuple[str, ...], list[tuple[Any, int]]](list)
    for lane, place, seq in found:
        lanes[lane].append((place, seq))
    for lane, places in lanes.items():
        seqs = [seq for _, seq in sorted(places)]
        if seqs != sorted(seqs):
            yield Flaw(DISORDERED, f"{' → '.join(lane)}: {seqs}")


def _like_the_pattern(books: Books, found: Mapping[tuple[str, int], Counter[Any]], what: str) -> Iterator[Flaw]:
    acknowledged = {(act["case"], act["version"]) for act in books.acts if "refused" not in act}
    for case, seq in acknowledged | set(found):
        wanted, there = found.get((books.pattern, seq), Counter()), found.get((case, seq), Counter())
        for missing in (wanted - there).elements():
            yield Flaw(LOST, f"{what} {missing} of {case}#{seq}")
        for more in (there - wanted).elements():
            yield Flaw(DOUBLED, f"{what} {more} of {case}#{seq}")


def _compare(told: Iterable[Any], there: Iterable[Any], what: str) -> Iterator[Flaw]:
    wanted, found = Counter(told), Counter(there)
    yield from (Flaw(LOST, f"{what} {missing}") for missing in (wanted - found).elements())
    yield from (Flaw(DOUBLED, f"{what} {more}") for more in (found - wanted).elements())
