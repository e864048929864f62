"""Drawing up one version: the list gone through once, each row answered, counted, and written into the workbook.

All of it is read at one moment: in a transaction that sees nothing of what is decided meanwhile, so that no case is
told of in two ways. It leaves the answers and the sealed pieces or nothing; the version itself is marked afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from cases.intake.copying import copy_rows
from cases.intake.export import neutral
from cases.intake.feedback import answers
from cases.intake.feedback.comparing import changes_between, unanswered_rows
from cases.intake.feedback.results import Result, results_of
from cases.intake.feedback.source import SourceSheet, sheets_of
from cases.intake.feedback.workbook import MAX_COLUMNS, MAX_TEXT, Page, Workbook
from cases.models import Feedback, FeedbackPart, FeedbackRow, ListBatch
from cases.models.sealing import key_ring, part_place
from cases.policy.dated import CHINA

Progress = Callable[[int], None]

RESULT_HEADERS: Final = ("核查结果", "主体性质", "处置措施", "办理进度", "说明")
CLOSING_SHEET: Final = "导出说明"
PART_BYTES: Final = 1 << 20
ANSWERS_AT_ONCE: Final = 5000
TOO_LONG: Final = "原文过长的单元格在此截断，以原名单为准。"


class Incomplete(Exception):
    """The rows of the file and the rows that were taken in are not the same: nothing is told of such a list."""


class TooWide(Exception):
    """The list has so many columns that a workbook holds no more beside them."""


@dataclass(slots=True)
class Drawn:
    """What was written."""

    sha256: str = ""
    size: int = 0
    rows: int = 0
    answered: int = 0
    overdue: int = 0
    counts: dict[str, Any] = field(default_factory=dict)


class _Pieces:
    """The stream into which a workbook is written: hashed, cut, sealed, put down piece by piece."""

    def __init__(self, version: Feedback) -> None:
        self._version, self._number, self._held = version, 0, bytearray()
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._held += data
        self._hash.update(data)
        self.size += len(data)
        while len(self._held) >= PART_BYTES:
            self._put(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing is held back that a reader could wait for."""

    def end(self) -> str:
        if self._held:
            self._put(bytes(self._held))
            self._held.clear()
        return self._hash.hexdigest()

    def _put(self, piece: bytes) -> None:
        sealed = key_ring().seal(piece, part_place(self._version.id.bytes, self._number))
        copy_rows("cases_feedbackpart", ("version_id", "number", "sealed"), [(self._version.id, self._number, sealed)])
        self._number += 1


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction that reads everything as it was at its first statement; inside another one, a part of that."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    connection.ensure_connection()
    session = connection.connection
    before = session.isolation_level
    session.isolation_level = ISOLATION_LEVEL_REPEATABLE_READ
    try:
        with transaction.atomic():
            yield
    finally:
        session.isolation_level = before


def write_version(version: Feedback, batch: ListBatch, now: datetime, progress: Progress) -> Drawn:
    """Answers and workbook of this version, inside `one_moment`. Raises Incomplete, TooWide."""
    FeedbackRow.objects.filter(version_id=version.id).delete()
    FeedbackPart.objects.filter(version_id=version.id).delete()
    pieces, tally = _Pieces(version), _Tally(version, progress)
    results = results_of(batch, version.agency.region_id, now)
    sheets = sheets_of(batch)
    with Workbook(pieces, now.astimezone(CHINA), CLOSING_SHEET) as book:
        for sheet in sheets:
            with book.sheet(sheet.name) as page:
                _write_sheet(page, sheet, results, tally)
        if next(results, None) is not None or tally.drawn.rows != batch.rows_total:
            raise Incomplete
        tally.end()
        drawn = tally.drawn
        drawn.counts["other_sheets"] = sum(not sheet.listed for sheet in sheets)
        drawn.counts["changes"] = {"newly": 0, "changed": 0}
        _write_unanswered(book, version)
        if version.previous is not None:
            drawn.counts["changes"] = _write_changes(book, version)
        _write_figures(book, drawn)
    drawn.sha256, drawn.size = pieces.end(), pieces.size
    return drawn


def _write_sheet(page: Page, sheet: SourceSheet, results: Iterator[Result], tally: _Tally) -> None:
    """The sheet as it stood; in new columns beside it the answers of its rows."""
    if sheet.width + len(RESULT_HEADERS) > MAX_COLUMNS:
        raise TooWide
    for row in sheet.rows():
        cells = [_safe(cell) for cell in row.cells[: sheet.width]]
        if row.number:
            result = next(results, None)
            if result is None or result.number != row.number:
                raise Incomplete
            tally.add(result)
            cut = any(isinstance(cell, str) and len(cell) > MAX_TEXT for cell in cells)
            remark = result.remark + (TOO_LONG if cut else "")
            cells = [*_padded(cells, sheet.width), *said(result.answer), late(result, remark)]
        elif row.header:
            cells = [*_padded(cells, sheet.width), *RESULT_HEADERS]
        page.write(cells)


def said(answer: answers.Answer) -> tuple[str, str, str, str]:
    """The four result columns in words."""
    return (
        answers.FINDINGS[answer.finding].zh if answer.finding else "",
        answers.SUBJECTS[answer.subject].zh if answer.subject else "",
        "、".join(answers.DISPOSALS[kind].zh for kind in answer.disposals),
        answers.PROGRESS[answer.progress].zh,
    )


def late(result: Result, remark: str) -> str:
    """What stands beside the answer: that it is late, and why the row was repeated, weak or refused."""
    since = f"逾期未答复（期限{result.overdue_since:%Y-%m-%d}）。" if result.overdue_since else ""
    return since + remark


def _safe(cell: Any) -> Any:
    """Numbers stay numbers; a text that a spreadsheet would run as a formula is shown."""
    return neutral(cell) if isinstance(cell, str) else cell


def _padded(cells: list[Any], width: int) -> list[Any]:
    return [*cells, *[""] * (width - len(cells))]


class _Tally:
    """Counts the answers and puts them down."""

    def __init__(self, version: Feedback, progress: Progress) -> None:
        self._version, self._progress = version, progress
        self._held: list[tuple[Any, ...]] = []
        self._cases: dict[str, set[int]] = {}
        self.drawn = Drawn(counts={"cross": {}, "disposals": {}, "progress": {}, "cases": {}})

    def add(self, result: Result) -> None:
        answer, drawn, counts = result.answer, self.drawn, self.drawn.counts
        drawn.rows += 1
        drawn.answered += answer.answered
        drawn.overdue += result.overdue_since is not None
        subjects = counts["cross"].setdefault(answer.finding, {})
        subjects[answer.subject] = subjects.get(answer.subject, 0) + 1
        counts["progress"][answer.progress] = counts["progress"].get(answer.progress, 0) + 1
        for kind in answer.disposals:
            counts["disposals"][kind] = counts["disposals"].get(kind, 0) + 1
        if result.case_id is not None:
            self._cases.setdefault(answer.finding, set()).add(result.case_id.int)
        self._held.append(
            (
                self._version.id,
                result.number,
                answer.answered,
                answer.finding,
                answer.subject,
                _array(answer.disposals),
                answer.progress,
                result.overdue_since,
            )
        )
        if len(self._held) >= ANSWERS_AT_ONCE:
            self._put()

    def end(self) -> None:
        self._put()
        self.drawn.counts["cases"] = {finding: len(cases) for finding, cases in self._cases.items()}

    def _put(self) -> None:
        copy_rows("cases_feedbackrow", _ANSWER, self._held)
        self._held = []
        self._progress(self.drawn.rows)


_ANSWER: Final = (
    *("version_id", "number", "answered", "finding", "subject", "disposals", "progress", "overdue_since"),
)


def _array(items: Sequence[str]) -> list[str]:
    return list(items)


def _write_unanswered(book: Workbook, version: Feedback) -> None:
    """Each row that is not answered yet, by its number in the list."""
    with book.sheet("未答复行") as page:
        page.write(["行号", "办理进度", "是否逾期", "期限"])
        for row in unanswered_rows(version):
            since = row["overdue_since"]
            page.write(
                [
                    row["number"],
                    answers.PROGRESS[row["progress"]].zh,
                    "逾期" if since else "",
                    since.isoformat() if since else "",
                ]
            )


def _write_changes(book: Workbook, version: Feedback) -> dict[str, int]:
    """What differs from the version sent before, row by row; how many rows are newly answered, and changed."""
    counted = {"newly": 0, "changed": 0}
    with book.sheet("与上一版差异") as page:
        page.write(
            [
                "行号",
                "变化",
                *(f"原{name}" for name in RESULT_HEADERS[:4]),
                *(f"现{name}" for name in RESULT_HEADERS[:4]),
            ]
        )
        for change in changes_between(version):
            counted["newly" if change.newly else "changed"] += 1
            page.write([change.number, "新答复" if change.newly else "更正", *said(change.before), *said(change.after)])
    return counted


def _write_figures(book: Workbook, drawn: Drawn) -> None:
    """The counts of the cover report."""
    with book.sheet("反馈统计") as page:
        page.write(["核查结果", "主体性质", "行数"])
        for finding, subjects in sorted(drawn.counts["cross"].items()):
            for subject, count in sorted(subjects.items()):
                named = answers.FINDINGS[finding].zh if finding else "尚未答复"
                page.write([named, answers.SUBJECTS[subject].zh if subject else "", count])
        page.write(["合计", "", drawn.rows])
        for title, words, name in (
            ("处置措施", answers.DISPOSALS, "disposals"),
            ("办理进度", answers.PROGRESS, "progress"),
        ):
            page.write([])
            page.write([title, "", "行数"])
            for code, count in sorted(drawn.counts[name].items()):
                page.write([words[code].zh, "", count])
