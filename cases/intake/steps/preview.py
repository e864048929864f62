"""A dry reading of a whole list: the fate that every row would have, before anything is written to a case.

Chunk by chunk like the import itself, so that a reading that is killed goes on where it stood. Rows are compared with
all that was stored and with the rows of the list before them; what they would come to is an estimate (`estimate`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q

from agencies.directory import get_directory
from audit import clock
from audit.sight import working_as
from cases.intake.ahead import undisturbed
from cases.intake.copying import copy_rows
from cases.intake.lines import Line, line_of, prepare
from cases.intake.lists.rows import ReadRow
from cases.intake.receiving import original_file
from cases.intake.steps.estimate import Estimates, clear, estimate, forget, opened_by_the_first, totals
from cases.intake.steps.keeping import check_kept
from cases.intake.steps.reader import FileRow, ListReader
from cases.models import ListBatch, PreviewRow
from cases.models.sealing import key_ring, preview_place

CHUNK_ROWS = 2000
_ROW = (
    *("batch_id", "number", "sheet", "sealed", "fate", "reason", "figures", "notes", "identity", "problem"),
    *("effect", "site"),
)
# What a person can do nothing about, and what he has done.
_NO_PROBLEM = frozenset({"mended", "old_lead"})
_EARLIER = """
    SELECT DISTINCT ON (identity) identity, number FROM cases_previewrow
    WHERE batch_id = %s AND identity = ANY(%s::bytea[]) AND NOT number = ANY(%s) ORDER BY identity, number
"""


@working_as("intake")
def run_preview(batch_id: UUID, *, budget_seconds: float | None = None) -> ListBatch:
    """Go on with the dry reading until it is through, or until the time is used up (a worker then goes on)."""
    until = None if budget_seconds is None else time.monotonic() + budget_seconds
    batch = ListBatch.objects.get(id=batch_id)
    if not is_reading(batch):
        return batch
    check_kept(batch)
    reader, content = reader_of(batch), original_file(batch)
    rows = reader.rows(content, batch.preview["done"])
    for chunk in iter(lambda: list(islice(rows, CHUNK_ROWS)), []):
        if not _take(batch, chunk, reader):
            return ListBatch.objects.get(id=batch_id)
        if until is not None and time.monotonic() > until:
            return ListBatch.objects.get(id=batch_id)
    _finish(batch)
    return ListBatch.objects.get(id=batch_id)


def begin_anew(batch: ListBatch) -> None:
    """The reading starts over from the first row, and whoever looked at the former one commits nothing.

    Inside the caller's transaction, which saves the batch.
    """
    batch.preview = {"run": batch.preview.get("run", 0) + 1, "done": 0, "finished": False, "fates": {}, "problems": 0}
    clear(batch.id)


def is_reading(batch: ListBatch) -> bool:
    """Whether the dry reading still has rows before it."""
    return batch.state == ListBatch.State.PREVIEW and not batch.preview.get("finished")


def reader_of(batch: ListBatch) -> ListReader:
    """The rows of the batch, in its agency's city."""
    return ListReader(batch, get_directory().by_id[batch.agency_id].region_code[:4])


def _held(batch: ListBatch) -> ListBatch | None:
    """The batch under its lock, if it is still at the same reading and at the same row."""
    held = ListBatch.objects.select_for_update().get(id=batch.id)
    same = is_reading(held) and all(held.preview[name] == batch.preview[name] for name in ("run", "done"))
    return held if same else None


def _take(batch: ListBatch, chunk: Sequence[FileRow], reader: ListReader) -> bool:
    """One chunk in one transaction; False where another process, or another mapping, came between."""
    with transaction.atomic():
        held = _held(batch)
        if held is None:
            return False
        with undisturbed():
            lines = judge(held, [reader.read(row) for row in chunk])
            estimates = estimate(held, lines, reader.settings[0])
            copy_rows("cases_previewrow", _ROW, _rows(held, chunk, lines, estimates))
        count(held.preview, ((line.read.fate, is_problem(line.read)) for line in lines), 1)
        held.preview["done"] += len(chunk)
        held.moved_at = clock.now()
        held.save(update_fields=["preview", "moved_at"])
    batch.preview = held.preview
    return True


def _finish(batch: ListBatch) -> None:
    with transaction.atomic():
        if held := _held(batch):
            held.preview |= {"finished": True, "estimate": totals(batch.id)}
            held.save(update_fields=["preview"])


def judge(batch: ListBatch, reads: Sequence[ReadRow]) -> list[Line]:
    """The rows with their fates: compared with each other, with the other rows of the preview and with all stored ones.

    Each line keeps its identity also where it repeats another row.
    """
    lines = [line_of(read, batch.id.bytes) for read in reads]
    prepare(batch.kind, lines, (read.number for read in reads), batch.name)
    earlier = _earlier(batch.id, lines)
    blind = key_ring().blind
    for line in lines:
        if line.identity is not None and (first := earlier.get(line.identity)) and first < line.read.number:
            line.read.end("duplicate", "duplicate", row=first, same=batch.kind)
            line.evidence = None
        elif line.identity is None and line.read.identity and not line.read.refused:
            line.identity = blind("identity", line.read.identity)
    return lines


def _earlier(batch_id: UUID, lines: Sequence[Line]) -> dict[bytes, int]:
    """By identity the first other row of the preview that has it."""
    wanted = [line.identity for line in lines if line.identity]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [str(batch_id), wanted, [line.read.number for line in lines]])
        return {bytes(identity): number for identity, number in cursor.fetchall()}


def is_problem(read: ReadRow) -> bool:
    """Whether a person should look at the row: refused, weak, or with something said beside its fate."""
    return read.fate.partition(":")[0] in ("reject", "weak") or any(code not in _NO_PROBLEM for code, _ in read.notes)


def count(preview: dict[str, Any], rows: Iterable[tuple[str, bool]], sign: int) -> None:
    """Add rows to the totals of the preview, or take them away."""
    for fate, problem in rows:
        preview["fates"][fate] = preview["fates"].get(fate, 0) + sign
        preview["problems"] += sign * problem
    preview["fates"] = {fate: n for fate, n in preview["fates"].items() if n}


def _rows(
    batch: ListBatch, chunk: Sequence[FileRow], lines: Sequence[Line], estimates: Estimates
) -> Iterator[tuple[Any, ...]]:
    ring = key_ring()
    for row, line in zip(chunk, lines, strict=True):
        read = line.read
        yield (
            batch.id,
            row.number,
            row.sheet,
            ring.seal(orjson.dumps(read.cells), preview_place(batch.id.bytes, row.number)),
            read.fate,
            read.reason,
            read.figures,
            [[code, figures] for code, figures in read.notes],
            line.identity,
            is_problem(read),
            *estimates.get(row.number, ("none", None)),
        )


def rejudge(batch: ListBatch, number: int) -> None:
    """Read one row anew, and with it the rows that are or were the same as it, or of one site with these.

    Under the lock of the batch.
    """
    reader = reader_of(batch)
    row = PreviewRow.objects.get(batch_id=batch.id, number=number)
    fresh = reader.read(file_row(row))
    touched = {bytes(row.identity)} if row.identity else set()
    if fresh.identity and not fresh.refused:
        touched.add(key_ring().blind("identity", fresh.identity))
    of_list, same = PreviewRow.objects.filter(batch_id=batch.id), Q(identity__in=touched) | Q(number=number)
    sites = {one.site for one in of_list.filter(same).only("site") if one.site}
    rows = list(of_list.filter(same | Q(site__in=sites)).order_by("number"))
    forget(batch.id, sites)
    of_list.filter(number__in=[one.number for one in rows]).update(effect="", site=None)
    count(batch.preview, ((one.fate, one.problem) for one in rows), -1)
    lines = judge(batch, [reader.read(file_row(one)) for one in rows])
    estimates = opened_by_the_first(batch.id, estimate(batch, lines, reader.settings[0]))
    for one, line in zip(rows, lines, strict=True):
        read = line.read
        effect, site = estimates.get(one.number, ("none", None))
        of_list.filter(number=one.number).update(
            fate=read.fate,
            reason=read.reason,
            figures=read.figures,
            notes=[[code, figures] for code, figures in read.notes],
            identity=line.identity,
            problem=is_problem(read),
            effect=effect,
            site=site,
        )
    count(batch.preview, ((line.read.fate, is_problem(line.read)) for line in lines), 1)
    batch.preview["estimate"] = totals(batch.id)
    batch.save(update_fields=["preview"])


def file_row(row: PreviewRow) -> FileRow:
    """The row as it stands in the file."""
    cells = orjson.loads(key_ring().open(row.sealed, preview_place(row.batch_id.bytes, row.number)))
    return FileRow(row.number, row.sheet, cells)
