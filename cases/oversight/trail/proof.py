"""可验证包: events of the trail with what proves them, checked by a program of its own, offline.

The bytes that were hashed are given as they are, one event a line. Of an event of which the reader sees a part only,
that part is given with the hash that the system has computed on the bytes: what was hashed cannot be masked. Bytes that
do not give their hash leave in no package; the export is refused, the event is named and the finding kept on record.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from django.conf import settings
from django.utils import timezone

import cases
from agencies.actors import Actor
from agencies.authority import event_actor
from audit.verification import Report
from audit.verification.keeping import keep, last_kept
from audit.verification.projections import Problem
from cases.intake.export import csv_line
from cases.oversight.trail.verifying import check_open
from cases.policy.dated import CHINA
from cases.selectors.events import EventFilter
from cases.selectors.trail.bytes import MOST_PROVEN, Bare, bare_events, heads_of
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.view import Text

_DATA: Final = Path(cases.__file__).resolve().parent / "data" / "trail"
PROGRAM: Final = (_DATA / "verify.py.txt").read_bytes()
STEPS: Final = (_DATA / "steps.txt").read_bytes()
INDEX: Final = ("id", "stream", "seq", "prev", "leaf", "line", "named_by_next")
TOO_MANY: Final = Text(
    f"一个可验证包最多 {MOST_PROVEN:,} 条记录，请缩小时间范围或加上案件、机构等条件。",
    f"A package holds at most {MOST_PROVEN:,} events; choose a shorter time, a case or an agency.",
)
NONE: Final = Text("没有符合条件的记录，没有生成文件。", "No event matches; nothing was made.")


@dataclass(slots=True)
class Package:
    """A file that is there as a whole, and what is said of it on record."""

    file: BinaryIO
    sha256: str
    manifest: str
    rows: int
    partly: int


@dataclass(slots=True)
class _Written:
    """The parts of a package on their way."""

    bodies: list[bytes] = field(default_factory=list)
    withheld: list[bytes] = field(default_factory=list)
    index: list[tuple[Any, ...]] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)


def make_package(actor: Actor, wanted: EventFilter, said: dict[str, str], now: datetime) -> Package:
    """The events of the search. `said`: the conditions as they are told. Raises InvalidInput, GuardRefused."""
    check_open()
    written = _Written()
    for event in bare_events(actor, wanted):
        if len(written.index) == MOST_PROVEN:
            raise InvalidInput(TOO_MANY, code="too_many_events")
        if not event.intact:
            raise _broken(actor, event, now)
        _add(written, event)
    if not written.index:
        raise InvalidInput(NONE, code="nothing_found")
    files = dict(_files(actor, written))
    manifest = _manifest(actor, written, files, said, now)
    file = os.fdopen(os.memfd_create("trail"), "w+b")
    digest = hashlib.sha256(manifest).hexdigest()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = {**files, "manifest.json": manifest, "manifest.sha256": f"{digest}  manifest.json\n".encode()}
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, timezone.localtime(now, CHINA).timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, content)
    file.seek(0)
    whole = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return Package(file, whole, digest, len(written.index), len(written.withheld))


def _add(written: _Written, event: Bare) -> None:
    line: int | str = ""
    if event.body is None:
        part = {"id": event.id, "shown": event.shown, "withheld": event.withheld}
        written.withheld.append(orjson.dumps(part, option=orjson.OPT_SORT_KEYS))
    else:
        written.bodies.append(event.body)
        line = len(written.bodies)
    written.streams.add(event.stream)
    written.index.append((event.id, event.stream, event.seq, event.prev, event.leaf, line, event.named_by_next))


def _files(actor: Actor, written: _Written) -> Iterator[tuple[str, bytes]]:
    yield "events.jsonl", b"".join(body + b"\n" for body in written.bodies)
    yield "index.csv", _table(INDEX, written.index)
    yield "heads.csv", _table(("stream", "seq", "leaf"), heads_of(actor, sorted(written.streams)))
    yield "withheld.jsonl", b"".join(part + b"\n" for part in written.withheld)
    kept = last_kept()
    if kept is not None:
        told = {"ok": kept.ok, "at": kept.at.isoformat(), "seconds": kept.seconds}
        yield "verification.json", orjson.dumps(told, option=orjson.OPT_INDENT_2)
    yield "verify.py", PROGRAM
    yield "README.txt", STEPS


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    return b"".join(csv_line([str(cell) for cell in row]) for row in (heads, *rows))


def _manifest(actor: Actor, written: _Written, files: dict[str, bytes], said: dict[str, str], now: datetime) -> bytes:
    told = {
        "what": "Lianzhi audit trail, export with proof",
        "format": 1,
        "software": settings.SOFTWARE_VERSION,
        "made_at": timezone.localtime(now, CHINA).isoformat(timespec="seconds"),
        "made_by": actor.username,
        "conditions": said,
        "events": len(written.index),
        "events_in_part": len(written.withheld),
        "streams": len(written.streams),
        "leaf": "SHA-256(0x00 || body), body in RFC 8785 form; body.prev is the leaf of the event before in its stream",
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _broken(actor: Actor, event: Bare, now: datetime) -> GuardRefused:
    """Name the event and keep the finding; from here on everything of the trail is locked."""
    note_broken(actor, event.id, event.stream, event.seq, now)
    return GuardRefused(
        Text(
            f"第 {event.id} 号记录与其散列不符，没有导出。审计记录的导出已锁定，请通知系统管理员保全数据库。",
            f"Event {event.id} does not have its hash; nothing was exported. Exports of the trail are locked: have the"
            " database secured.",
        ),
        code="trail_broken",
    )


def note_broken(actor: Actor, event_id: int, stream: str, seq: int, now: datetime) -> None:
    """Keep on record that this event does not have its hash, once."""
    kept = last_kept()
    if kept is not None and not kept.ok and kept.broken == event_id:
        return
    problem = Problem(event_id, stream, seq, "leaf", "", "")
    report = Report(
        events=0, streams=1, seconds=0.0, last_id=event_id, sealed=0, erased=0, missing_sealed=(), unused_ids=None,
        unsettled=None, projections=(), problem_count=1, problems=(problem,),
    )  # fmt: skip
    keep(report, event_actor(actor), now)
