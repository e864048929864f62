"""The result of a search of the trail as a table, row by row."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO, Final

from django.http import QueryDict
from django.utils import timezone

from agencies.actors import Actor
from cases.intake.export import csv_line
from cases.intake.feedback.workbook import Workbook
from cases.policy.dated import CHINA
from cases.selectors.events import EventFilter
from cases.selectors.trail.bytes import chunks
from cases.web.show import audit as audit_page
from cases.web.show.words import say
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

MOST: Final = 20_000
TOO_MANY: Final = Text(
    f"一次最多导出 {MOST:,} 条记录，请缩小时间范围或加上案件、机构等条件。",
    f"At most {MOST:,} events leave at once; choose a shorter time, a case or an agency.",
)
HEADS: Final = (
    Text("序号", "No."), Text("时间", "Time"), Text("人员", "Person"), Text("机构", "Agency"), Text("动作", "Action"),
    Text("风险", "Risk"), Text("对象", "Object"), Text("内容", "What changed"), Text("链上序号", "Seq in its chain"),
    Text("散列", "Hash"), Text("散列复算", "Hash computed again"),
)  # fmt: skip
AGREES, DIFFERS = Text("一致", "agrees"), Text("不一致", "differs")


@dataclass(slots=True)
class Taken:
    """A file that is there as a whole: where it lies, its hash, how many rows."""

    file: BinaryIO
    sha256: str
    rows: int


class _Counted:
    """Rows on their way, counted."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self._rows:
            self.count += 1
            yield row


def write_table(actor: Actor, wanted: EventFilter | None, form: str, now: datetime) -> Taken:
    """Write a file that lies in memory alone, while its rows are read in chunks. Raises InvalidInput."""
    file = os.fdopen(os.memfd_create("trail"), "w+b")
    rows = _Counted(_rows(actor, wanted))
    try:
        _write(file, rows, form, now)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return Taken(file, digest, rows.count)


def _write(file: BinaryIO, rows: _Counted, form: str, now: datetime) -> None:
    heads = [say(head) for head in HEADS]
    if form == "xlsx":
        with Workbook(file, now) as book, book.sheet("audit") as sheet:
            for row in chain([heads], rows):
                sheet.write(row)
    else:
        file.write(b"\xef\xbb\xbf")
        for row in chain([heads], rows):
            file.write(csv_line(row))


def _rows(actor: Actor, wanted: EventFilter | None) -> Iterator[list[str]]:
    count = 0
    for found in chunks(actor, wanted) if wanted else ():
        count += len(found)
        if count > MOST:
            raise InvalidInput(TOO_MANY, code="too_many_events")
        for row in audit_page.rows(actor, found, QueryDict()):
            agency = row["agency"]
            yield [
                str(row["id"]),
                timezone.localtime(row["at"], CHINA).strftime("%Y-%m-%d %H:%M:%S"),
                row["who"],
                agency["name"] if agency else "",
                say(row["label"]),
                audit_page.risk_of(row["action"]),
                row["number"] or row["object"],
                row["content"],
                str(row["seq"]),
                row["leaf"],
                say(AGREES if row["intact"] else DIFFERS),
            ]
