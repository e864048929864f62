"""Before a version may go out: every row of the list is in it, answered or named as not answered; the file is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from cases.models import Feedback, FeedbackPart
from cases.models.sealing import key_ring, part_place
from cases.policy.dated import CHINA
from cases.selectors.paging import fetch
from cases.workflow.errors import InvalidInput
from cases.workflow.forms.reading import Unreadable, impersonal
from cases.workflow.view import Text

LONGEST_NUMBER: Final = 60
_COUNTED: Final = """SELECT (SELECT count(*) FROM cases_listrow WHERE batch_id = %(batch)s) AS kept,
    count(*) AS told, count(*) FILTER (WHERE answered) AS answered, coalesce(min(number), 0) AS first,
    coalesce(max(number), 0) AS last FROM cases_feedbackrow WHERE version_id = %(version)s"""


def what_is_missing(version: Feedback) -> Text | None:
    """Why the version is not whole, in a sentence; None where it is."""
    found = fetch(_COUNTED, {"batch": str(version.batch_id), "version": str(version.id)})[0]
    total = version.batch.rows_total or 0
    rows = {total, found["kept"], found["told"], version.rows, version.answered + version.unanswered}
    if len(rows) != 1 or (found["first"], found["last"]) != (1, total) or found["answered"] != version.answered:
        return Text(
            f"反馈表不完整：名单共{total}行，反馈表有{found['told']}行；请重新生成后再核对。",
            f"The feedback is not complete: the list has {total} rows, the feedback {found['told']}. Draw it up again.",
        )
    digest = hashlib.sha256()
    for piece in pieces_of(version):
        digest.update(piece)
    if digest.hexdigest() != version.sha256:
        return Text(
            "反馈表的内容与生成时登记的散列不符，不能报送；请重新生成，并报告系统管理员。",
            "The workbook does not match the hash noted when it was drawn up. Draw it up again and tell the operator.",
        )
    return None


def pieces_of(version: Feedback) -> Iterator[bytes]:
    """The workbook as it was drawn up, piece by piece, opened. Personal data."""
    ring = key_ring()
    parts = FeedbackPart.objects.filter(version_id=version.id).order_by("number").values_list("number", "sealed")
    for number, sealed in parts.iterator(chunk_size=8):
        yield ring.open(sealed, part_place(version.id.bytes, number))


def check_document(document_number: str, sent_on: str, version: Feedback, now: datetime) -> tuple[str, date]:
    """The number and the day of the letter that the feedback went with. Raises InvalidInput."""
    number, problems = " ".join(document_number.split()), {}
    if not 1 <= len(number) <= LONGEST_NUMBER or not number.isprintable():
        problems["document_number"] = Text(
            f"请填写报送文件的文号，1至{LONGEST_NUMBER}字，例如：徐发改函〔2026〕12号。",
            f"Write the number of the letter, 1 to {LONGEST_NUMBER} characters, such as 徐发改函〔2026〕12号.",
        )
    try:
        impersonal(number)
    except Unreadable as wrong:
        problems["document_number"] = wrong.text
    day = _day(sent_on)
    today = now.astimezone(CHINA).date()
    begun = version.started_at.astimezone(CHINA).date()
    if day is None or not begun <= day <= today:
        problems["sent_on"] = Text(
            f"请填写报送日期，形如{today:%Y-%m-%d}，不早于拟制之日（{begun:%Y-%m-%d}），不晚于今天。",
            f"Write the day it was sent, such as {today:%Y-%m-%d}; not before it was drawn up ({begun:%Y-%m-%d}), not"
            " after today.",
        )
    if problems or day is None:
        raise InvalidInput(fields=problems)
    return number, day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if len(text.strip()) == 10 else None
    except ValueError:
        return None
