"""The one way a list comes in, for the command line, the API, the page and the worker.

`receive_list` keeps the file, `process_list` turns it into cases chunk by chunk; `import_file` does both. A chunk is
one transaction: equal rows, sites, cases, events, rows and progress are written together, so that an import that is
killed at any point goes on where it stood and nothing is doubled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor
from agencies.directory import AgencyRef, get_directory
from audit import clock
from audit.actions import Action
from audit.sight import working_as
from cases.intake.acts import gather, perform
from cases.intake.ahead import read_ahead, undisturbed
from cases.intake.commit import write_chunk
from cases.intake.copying import next_ids
from cases.intake.ledger.names import came_before, other_names
from cases.intake.ledger.priority import raise_repeated
from cases.intake.ledger.statement import Stated
from cases.intake.lines import Line, line_of, match, prepare
from cases.intake.lists.judging.files import FILE
from cases.intake.lists.sentences import sentence
from cases.intake.receiving import UNSTATED, original_file, receive_list, record_import
from cases.intake.sites.departures import tell_departures
from cases.intake.steps.importing import import_of
from cases.intake.steps.moving import start_at_once
from cases.intake.steps.reader import ListReader
from cases.models import ListBatch
from cases.models.intake import lock_intake
from cases.policy.dated import CHINA
from cases.workflow.view import Text

CHUNK_ROWS = 2000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What an import came to. `again`: this very file had been imported before, and no row was imported again.

    `name` is the first one of the batch, `names` those under which its file was sent again; `note` says so.
    """

    id: UUID
    name: str
    names: list[str]
    note: Text | None
    kind: str
    agency: str
    issuer: str
    level: str
    due_at: datetime | None
    state: str
    problem: Text | None
    rows_total: int
    rows_done: int
    fates: dict[str, int]
    effects: dict[str, int]
    again: bool
    seconds: float

    def as_dict(self, language: str = "zh") -> dict[str, Any]:
        """For the API and `--json`; the problem in the reader's language."""
        return {
            "id": str(self.id),
            "batch": self.name,
            "names": self.names,
            "note": self.note.get(language) if self.note else None,
            "kind": self.kind,
            "agency": self.agency,
            "issuer": self.issuer,
            "level": str(self.level),
            "due_at": self.due_at.astimezone(CHINA).isoformat() if self.due_at else None,
            "state": str(self.state),
            "problem": self.problem.get(language) if self.problem else None,
            "rows": self.rows_total,
            "done": self.rows_done,
            "fates": self.fates,
            "effects": self.effects,
            "again": self.again,
            "seconds": round(self.seconds, 2),
        }


def import_file(
    *,
    actor: Actor,
    content: bytes,
    filename: str,
    kind: str,
    agency: AgencyRef,
    batch_name: str,
    now: datetime,
    stated: Stated = UNSTATED,
    progress: Progress | None = None,
) -> BatchSummary:
    """Receive a list and turn it into cases; the same file again changes nothing and answers as the first time.

    An import of the same file that was interrupted is finished. Raises NotAllowed, InvalidInput, or the engine's
    WorkflowError where no case can be opened; what was committed before stays and is taken up by the next call.
    """
    batch, _fresh = receive_list(
        actor=actor,
        content=content,
        filename=filename,
        kind=kind,
        agency=agency,
        batch_name=batch_name,
        now=now,
        stated=stated,
    )
    again = batch.state == ListBatch.State.DONE
    start_at_once(actor=actor, batch=batch, now=now)
    return process_list(batch_id=batch.id, actor=actor, now=now, content=content, progress=progress, again=again)


@working_as("intake")
def process_list(
    *,
    batch_id: UUID,
    actor: Actor,
    now: datetime,
    content: bytes | None = None,
    progress: Progress | None = None,
    budget_seconds: float | None = None,
    again: bool = False,
) -> BatchSummary:
    """Go on with a received list until it is done, or until the time budget is used up (a worker then asks anew)."""
    started = time.monotonic()
    batch = ListBatch.objects.get(id=batch_id)
    if batch.state in (ListBatch.State.RECEIVED, ListBatch.State.IMPORTING):
        _Run(batch, actor, now, content if content is not None else original_file(batch)).go(
            progress, started + budget_seconds if budget_seconds is not None else None
        )
    return summarise(batch, again=again, seconds=time.monotonic() - started)


def summarise(batch: ListBatch, *, again: bool = False, seconds: float = 0.0) -> BatchSummary:
    """The counts of a batch as they stand."""
    problem = dict(batch.problem or {})
    code = problem.pop("code", None)
    return BatchSummary(
        id=batch.id,
        name=batch.name,
        names=other_names(batch),
        note=came_before(batch) if again else None,
        kind=batch.kind,
        agency=batch.agency.code,
        issuer=batch.issuer,
        level=batch.level,
        due_at=batch.due_at,
        state=batch.state,
        problem=sentence(FILE[code], problem) if code else None,
        rows_total=batch.rows_total or 0,
        rows_done=batch.rows_done,
        fates=batch.counts.get("fates", {}),
        effects=batch.counts.get("effects", {}),
        again=again,
        seconds=seconds,
    )


class _Overtaken(Exception):
    """Another worker committed the next chunk first, or a person cancelled: the batch is looked at anew."""


class _Run:
    """One process working on one batch."""

    def __init__(self, batch: ListBatch, actor: Actor, now: datetime, content: bytes) -> None:
        self.batch = batch
        self.agency = get_directory().by_id[batch.agency_id]
        self.content = content
        self.imported = import_of(batch, actor, now)
        self.reader = ListReader(batch, self.imported.home)
        self.setting = self.reader.settings[0]

    def go(self, progress: Progress | None, until: float | None) -> None:
        # Only forward: another process may have finished the list since it was read here.
        received = ListBatch.objects.filter(id=self.batch.id, state=ListBatch.State.RECEIVED)
        received.update(state=ListBatch.State.IMPORTING)
        self.batch.refresh_from_db()
        while self.batch.state == ListBatch.State.IMPORTING:
            try:
                for chunk in read_ahead(self._chunks(self.batch.rows_done)):
                    with undisturbed():
                        self._commit(chunk)
                    if progress:
                        progress(self.batch.rows_done, self.batch.rows_total or 0)
                    if until is not None and time.monotonic() > until:
                        return
                self._finish()
            except _Overtaken:
                self.batch.refresh_from_db()

    def _chunks(self, skip: int) -> Iterator[list[Line]]:
        rows, batch = self.reader.rows(self.content, skip), self.imported.batch_id.bytes
        while chunk := [line_of(self.reader.read(row), batch) for row in islice(rows, CHUNK_ROWS)]:
            yield chunk

    def _commit(self, lines: list[Line]) -> None:
        """One transaction: compare, place, act, write, count."""
        with transaction.atomic():
            held = ListBatch.objects.select_for_update().only("rows_done", "state").get(id=self.batch.id)
            # A cancelled import stops here: what was committed before stays, and can be gone on with.
            if held.rows_done != lines[0].read.number - 1 or held.state != ListBatch.State.IMPORTING:
                raise _Overtaken
            lock_intake()
            prepare(self.batch.kind, lines, next_ids("cases_listrow_id_seq", len(lines)), self.batch.name)
            plan, cases = match(self.batch.kind, lines, self.setting, self.batch.name)
            targets = gather(plan, cases)
            perform(plan, targets, self.imported)
            numbers = {ref: case.number for ref, case in cases.items()}
            numbers |= {ref: target.number for ref, target in targets.items()}
            counts = write_chunk(plan, lines, targets, numbers, self.imported)
            tell_departures(plan, cases, self.imported)
            raise_repeated(lines, self.imported)
            self._progress(len(lines), counts)

    def _progress(self, rows: int, counts: dict[str, dict[str, int]]) -> None:
        batch = self.batch
        totals = {name: dict(batch.counts.get(name, {})) for name in counts}
        for name, values in counts.items():
            for key, value in values.items():
                totals[name][key] = totals[name].get(key, 0) + value
        batch.rows_done, batch.counts, batch.moved_at = batch.rows_done + rows, totals, clock.now()
        batch.save(update_fields=["rows_done", "counts", "moved_at"])

    def _finish(self) -> None:
        batch = self.batch
        with transaction.atomic():
            state = ListBatch.objects.select_for_update().values_list("state", flat=True).get(id=batch.id)
            if state != ListBatch.State.IMPORTING:
                batch.refresh_from_db()
                return
            batch.state, batch.finished_at = ListBatch.State.DONE, clock.now()
            batch.save(update_fields=["state", "finished_at"])
            record_import(Action.IMPORT_COMMITTED, batch, self.imported.actor, self.agency, batch.finished_at)
