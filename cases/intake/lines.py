"""A chunk of a list, read and compared with all that was stored: which rows are new, which repeat an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from cases.intake.lists.rows import FIGURES, ReadRow, Setting
from cases.intake.sites.answers import Answers
from cases.intake.sites.evidence import Evidence, evidence_of
from cases.intake.sites.lookups import (
    Beside,
    FirstRow,
    StoredCase,
    Twin,
    WaitingReply,
    first_rows,
    known_sites,
    twins_of,
    waiting_replies,
)
from cases.intake.sites.matching import Matcher
from cases.intake.sites.plan import Placement, Plan, Reply
from cases.intake.steps.columns import mapping_from, orders_from
from cases.intake.steps.reader import Mends, mends_of, read_mended
from cases.models.sealing import key_ring, open_cells, seal_cells
from cases.policy.dated import CHINA
from cases.policy.matching.weights import model_on


@dataclass(slots=True)
class Line:
    """One row of the chunk on its way into the database. `same_as` is the id of the row it repeats.

    `sight` it keeps even then: the carrier may answer the repetition.
    """

    read: ReadRow
    sealed: bytes
    row_id: int = 0
    identity: bytes | None = None
    evidence: Evidence | None = None
    sight: bytes | None = None
    placement: Placement | None = None
    same_as: int | None = None


def line_of(read: ReadRow, batch: bytes) -> Line:
    """Seal the cells and hash what the row is compared by: all that needs no database."""
    line = Line(read, seal_cells(read.cells, batch, read.number))
    if not read.refused and read.identity:
        line.identity = key_ring().blind("identity", read.identity)
        line.evidence = evidence_in(read)
        line.sight = line.evidence.sight
    return line


def prepare(kind: str, lines: list[Line], ids: Iterable[int], batch: str) -> None:
    """Give every row its id and find the repeated ones; only the first of equal rows keeps identity and evidence."""
    for line, row_id in zip(lines, ids, strict=True):
        line.row_id = row_id
    stored = first_rows({line.identity for line in lines if line.identity})
    seen: dict[bytes, Line] = {}
    for line in lines:
        if line.identity is None:
            continue
        if first := stored.get(line.identity):
            _repeats(line, first, kind, batch)
        elif earlier := seen.get(line.identity):
            here = FirstRow(earlier.row_id, earlier.read.number, batch, earlier.read.reading)
            _repeats(line, here, kind, batch)
        else:
            seen[line.identity] = line
        if line.same_as is not None:
            line.identity = line.evidence = None


def _repeats(line: Line, first: FirstRow, kind: str, batch: str) -> None:
    line.same_as = first.row_id
    if first.batch == batch:
        line.read.end("duplicate", "duplicate", row=first.number, same=kind)
    else:
        line.read.end("duplicate", "duplicate_elsewhere", row=first.number, batch=first.batch, same=kind)
    if any(first.reading.get(name) != line.read.reading.get(name) for name in FIGURES):
        line.read.notes.append(("differs", {}))


def match(
    kind: str, lines: list[Line], setting: Setting, batch: str, *, beside: Beside | None = None
) -> tuple[Plan, dict[str, StoredCase]]:
    """Place every accepted row: for an import under the intake lock; on trial `beside` what the list would teach."""
    fresh = [(line, line.evidence) for line in lines if line.evidence is not None]
    waiting = _waiting(lines, setting) if kind == "telecom" else Waiting()
    answered = _answered(fresh, setting, batch) if kind == "trace" else waiting.late_replies()
    everything = [e for _, e in fresh] + [reply.evidence for reply in (*waiting.all(), *answered)]
    model = model_on(setting.received.astimezone(CHINA).date())
    known = known_sites(everything, model, with_sights=kind == "trace", twins=waiting.twins, beside=beside)
    answers = Answers(known.sights, known.rows)
    answers.expect(answered)
    matcher = Matcher(known.keys, answers, waiting.replies)
    rows = {sighting.row_id: sighting for group in known.sights.values() for sighting in group}
    for row_id, late in waiting.late.items():
        matcher.answer_late(late, rows[row_id])
    for line, evidence in fresh:
        line.placement = matcher.place(
            kind, line.read, evidence, waiting.repeats.get(line.row_id, ()), row_id=line.row_id
        )
    return matcher.finish(), known.cases


@dataclass(slots=True)
class Waiting:
    """Replies that came before the list rows of a chunk, by sight. `repeats`: other sights of a row of the chunk.

    `late`: replies to what repeats a row that was stored before the chunk, by that row; `twins`: all its sights, and
    `before` the replies to those that were known.
    """

    replies: dict[bytes, list[Reply]] = field(default_factory=dict)
    repeats: dict[int, list[bytes]] = field(default_factory=dict)
    late: dict[int, list[Reply]] = field(default_factory=dict)
    twins: list[Twin] = field(default_factory=list)
    before: dict[bytes, list[Reply]] = field(default_factory=dict)

    def all(self) -> Iterator[Reply]:
        for group in self.replies.values():
            yield from group

    def late_replies(self) -> list[Reply]:
        """Whatever was said of the stored rows, in the order in which it came."""
        groups = (*self.late.values(), *self.before.values())
        found = {reply.row_id: reply for group in groups for reply in group}
        return [reply for _, reply in sorted(found.items())]


def _waiting(lines: list[Line], setting: Setting) -> Waiting:
    replies = _replies([line.sight for line in lines if line.sight], setting)
    here = {line.row_id for line in lines if line.evidence is not None}
    found = Waiting(replies)
    stored: dict[int, list[bytes]] = {}
    for line in lines:
        if line.same_as is not None and line.sight in replies:
            (found.repeats if line.same_as in here else stored).setdefault(line.same_as, []).append(line.sight)
    twins = twins_of(stored)
    sites = {twin.row_id: twin.site_id for twin in twins}
    seen = {(twin.row_id, twin.sight) for twin in twins}
    for row_id, site_id in sites.items():
        fresh = [sight for sight in dict.fromkeys(stored[row_id]) if (row_id, sight) not in seen]
        if fresh:
            found.late[row_id] = _in_order(replies, fresh)
            found.twins += [twin for twin in twins if twin.row_id == row_id]
            found.twins += [Twin(row_id, site_id, sight) for sight in fresh]
    found.before = _replies([twin.sight for twin in found.twins if twin.sight and twin.sight not in replies], setting)
    found.before |= {twin.sight: replies[twin.sight] for twin in found.twins if twin.sight in replies}
    return found


def _in_order(replies: dict[bytes, list[Reply]], sights: Iterable[bytes]) -> list[Reply]:
    found = {reply.row_id: reply for sight in sights for reply in replies[sight]}
    return [reply for _, reply in sorted(found.items())]


def _answered(fresh: list[tuple[Line, Evidence]], setting: Setting, batch: str) -> list[Reply]:
    """The replies of a chunk. One that contradicts an earlier one about the same sight says so beside its row."""
    told = _replies([evidence.sight for _, evidence in fresh if evidence.sight], setting)
    before = {sight: reply for sight, group in told.items() for reply in group if reply.locates}
    found = []
    for line, evidence in fresh:
        reply = Reply(line.row_id, line.read, evidence, line.read.number, batch)
        found.append(reply)
        earlier = before.get(evidence.sight) if evidence.sight else None
        if earlier is not None and (code := _contradicts(reply, earlier)):
            line.read.notes.append((code, {"row": earlier.number, "batch": earlier.batch}))
        if reply.locates and evidence.sight:
            before[evidence.sight] = reply
    return found


def _contradicts(reply: Reply, earlier: Reply) -> str:
    """The note for it; an account that is the same settles it, however holder and address are written."""
    if not reply.locates:
        return "reply_fails"
    one, other = reply.evidence, earlier.evidence
    if one.broadband and other.broadband:
        return "reply_differs" if one.broadband != other.broadband else ""
    doors = one.door and other.door and one.door.value != other.door.value
    return "reply_differs" if doors or (one.holder and other.holder and one.holder != other.holder) else ""


def _replies(sights: Iterable[bytes], setting: Setting) -> dict[bytes, list[Reply]]:
    found = waiting_replies(sorted(set(sights)))
    waiting = [reply for group in found.values() for reply in group]
    mends = mends_of({reply.batch_id for reply in waiting}, {reply.number for reply in waiting}) if waiting else {}
    return {sight: [_reread(reply, setting, mends) for reply in group] for sight, group in found.items()}


def _reread(waiting: WaitingReply, setting: Setting, mends: dict[UUID, Mends]) -> Reply:
    """A reply as it was read when it came: its cells, set right where they were, by the columns of its own list."""
    cells = open_cells(waiting.sealed, waiting.batch_id.bytes, waiting.number)
    mapping = mapping_from(waiting.columns, waiting.sheet)
    own = Setting(setting.home, waiting.received_at, orders_from(waiting.columns, waiting.sheet))
    mended = mends.get(waiting.batch_id, {}).get(waiting.number)
    read = read_mended(waiting.number, cells, mapping, own, mended)
    return Reply(waiting.row_id, read, evidence_in(read), waiting.number, waiting.batch)


def evidence_in(read: ReadRow) -> Evidence:
    """What a row that was read says about its site."""
    return evidence_of(
        reading=read.reading, personal=read.personal, place=read.place, spot=read.spot, blind=key_ring().blind
    )
