"""A chunk of a list, read and compared with all that was stored: which rows are new, which repeat an earlier one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cases.intake.lists.rows import FIGURES, ReadRow, Setting
from cases.intake.sites.evidence import Evidence, evidence_of
from cases.intake.sites.lookups import (
    Beside,
    FirstRow,
    StoredCase,
    WaitingReply,
    first_rows,
    known_sites,
    waiting_replies,
)
from cases.intake.sites.matching import Matcher, Placement, Reply
from cases.intake.steps.columns import mapping_from, orders_from
from cases.intake.steps.reader import Mends, mends_of, read_mended
from cases.models.sealing import key_ring, open_cells, seal_cells
from cases.policy.matching.weights import model_on


@dataclass(slots=True)
class Line:
    """One row of the chunk on its way into the database. `same_as` is the id of the row it repeats."""

    read: ReadRow
    sealed: bytes
    row_id: int = 0
    identity: bytes | None = None
    evidence: Evidence | None = None
    placement: Placement | None = None
    same_as: int | None = None


def line_of(read: ReadRow, batch: bytes) -> Line:
    """Seal the cells and hash what the row is compared by: all that needs no database."""
    line = Line(read, seal_cells(read.cells, batch, read.number))
    if not read.refused and read.identity:
        line.identity = key_ring().blind("identity", read.identity)
        line.evidence = evidence_in(read)
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
    kind: str, lines: list[Line], setting: Setting, *, beside: Beside | None = None
) -> tuple[Matcher, dict[str, StoredCase]]:
    """Place every accepted row: for an import under the intake lock; on trial `beside` what the list would teach."""
    fresh = [line for line in lines if line.evidence is not None]
    evidences = [line.evidence for line in fresh if line.evidence is not None]
    replies = _replies(evidences, setting) if kind == "telecom" else {}
    everything = [*evidences, *(reply.evidence for found in replies.values() for reply in found)]
    index, sights, cases = known_sites(
        everything, model_on(setting.received.date()), with_sights=kind == "trace", beside=beside
    )
    matcher = Matcher(index, sights, replies)
    for line in fresh:
        if line.evidence is not None:
            line.placement = matcher.place(kind, line.read, line.evidence)
    return matcher, cases


def _replies(evidences: list[Evidence], setting: Setting) -> dict[bytes, list[Reply]]:
    found = waiting_replies(sorted({e.sight for e in evidences if e.sight}))
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
    return Reply(waiting.row_id, read, evidence_in(read))


def evidence_in(read: ReadRow) -> Evidence:
    """What a row that was read says about its site."""
    return evidence_of(
        reading=read.reading, personal=read.personal, place=read.place, spot=read.spot, blind=key_ring().blind
    )
