"""Cells set right before the import: the raw cell stays, the mended value stands beside it with who and when."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from agencies.actors import Actor
from agencies.directory import get_directory
from audit.sight import working_as
from cases.intake.receiving import check_sender, is_own
from cases.intake.steps.preview import file_row, rejudge
from cases.models import ListBatch, ListMend, PreviewRow
from cases.models.sealing import key_ring, mend_place
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from cases.workflow.view import Text

LONGEST: Final = 500
NOT_YOURS: Final = Text(
    "单元格由报送单位的经办人更正，你看到的内容已遮盖；请把行号告知报送单位。",
    "Cells are mended by a handler of the agency that sent the list; you see them masked. Tell it the row.",
)
NOT_OPEN: Final = Text(
    "预览尚未读完，或这一批次已经提交导入，不能更正；请刷新页面。",
    "The preview is not through yet, or the batch has been committed: nothing can be mended. Load the page again.",
)


@working_as("intake")
def mend_row(*, actor: Actor, batch: ListBatch, number: int, cells: Dictionary[int, str], now: datetime) -> PreviewRow:
    """Set cells of one row right and read it anew; a value that is the same as before changes nothing.

    Raises NotAllowed, GuardRefused, InvalidInput (no such row or column, an overlong value).
    """
    check_mending(actor, batch)
    with transaction.atomic():
        held = held_open(batch)
        row = PreviewRow.objects.filter(batch_id=batch.id, number=number).first()
        if row is None:
            raise InvalidInput(fields={"row": Text(f"没有第 {number} 行", f"There is no row {number}")})
        _check(held, row, cells)
        write_mends(held, {number: cells}, actor, now)
        rejudge(held, number)
    return PreviewRow.objects.get(batch_id=batch.id, number=number)


def check_mending(actor: Actor, batch: ListBatch) -> None:
    """Raises NotAllowed for who has not sent the list."""
    check_sender(actor, get_directory().by_id[batch.agency_id])
    if not is_own(actor, batch):
        raise NotAllowed(NOT_YOURS, code="may_not_mend")


def may_be_mended(batch: ListBatch) -> bool:
    """Whether the reading on trial is through and nobody has committed it."""
    return batch.state == ListBatch.State.PREVIEW and bool(batch.preview.get("finished"))


def held_open(batch: ListBatch) -> ListBatch:
    """The batch under its lock, with its cells open. Raises GuardRefused."""
    held = ListBatch.objects.select_for_update().get(id=batch.id)
    if not may_be_mended(held):
        raise GuardRefused(NOT_OPEN, code="not_open")
    return held


def wrong_value(value: str) -> Text | None:
    """Why a cell cannot be set to this."""
    if len(value) <= LONGEST and value.isprintable():
        return None
    return Text(f"至多 {LONGEST} 字，不含控制字符", f"At most {LONGEST} characters, none of them invisible")


def _check(batch: ListBatch, row: PreviewRow, cells: Dictionary[int, str]) -> None:
    sheet = batch.columns["sheets"][row.sheet]
    width = max(len(sheet["headers"]), len(file_row(row).cells))
    problems = {}
    for cell, value in cells.items():
        if not 0 <= cell < width:
            problems[f"c{cell}"] = Text("没有这一列", "There is no such column")
        elif wrong := wrong_value(value):
            problems[f"c{cell}"] = wrong
    if problems or not cells:
        raise InvalidInput(fields=problems or {"cells": Text("没有要更正的单元格", "There is no cell to mend")})


def write_mends(batch: ListBatch, changes: Dictionary[int, Dictionary[int, str]], actor: Actor, now: datetime) -> None:
    """The new values, by row and cell; inside the caller's transaction, under the lock of the batch."""
    ring = key_ring()
    ListMend.objects.bulk_create(
        ListMend(
            batch_id=batch.id,
            number=number,
            cell=cell,
            sealed=ring.seal(value.encode(), mend_place(batch.id.bytes, number, cell)),
            mended_by_id=actor.user_id,
            mended_at=now,
        )
        for number, cells in changes.items()
        for cell, value in cells.items()
    )


def mends_told(batch: ListBatch) -> list[dict[str, Any]]:
    """For the record of the commit: which cells were mended by whom, never what stood or stands in them."""
    mends = (
        ListMend.objects.filter(batch_id=batch.id).order_by("id").values_list("number", "cell", "mended_by__username")
    )
    return [{"row": number, "column": cell + 1, "username": who} for number, cell, who in mends]
