"""Confirming an import that a person has looked at, stopping it, and going on with one that was stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from agencies.actors import Actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.sight import working_as
from cases.intake.receiving import check_sender, record_import
from cases.intake.steps.estimate import clear
from cases.intake.steps.keeping import check_kept
from cases.intake.steps.mending import mends_told
from cases.models import ListBatch
from cases.workflow.errors import GuardRefused
from cases.workflow.view import Text

State = ListBatch.State
NOT_READ: Final = Text(
    "预览还没有读完，或列对应尚未确认；请先完成前面的步骤再提交导入。",
    "The preview is not through, or the columns are not confirmed. Finish those steps before the import.",
)
COMMITTED: Final = Text(
    "这一批次已经提交导入，没有重复写入任何行；请打开批次查看进展或结果。",
    "This batch has been committed already, and no row was written twice. Open it to see how far it is.",
)
CHANGED: Final = Text(
    "列对应或单元格在另一窗口改过，预览已重新生成，没有提交任何内容；请看过新的预览再确认导入。",
    "Columns or cells were changed in another window, the preview is new. Nothing was committed: look at it first.",
)
ENDED: Final = Text(
    "这一批次已经导入完毕、已取消或已撤回，没有可取消的；请打开批次查看结果。",
    "This batch is done, cancelled or withdrawn already: there is nothing to cancel. Open it to see the result.",
)
GOING: Final = Text(
    "这一批次不在已取消的状态，不需要继续。", "This batch is not cancelled: there is nothing to go on with."
)


@working_as("intake")
def commit_list(*, actor: Actor, batch: ListBatch, now: datetime, seen: int | None = None) -> ListBatch:
    """From the preview to the import, in the name of this person; `seen` is the reading that was looked at.

    Raises NotAllowed, GuardRefused.
    """
    with transaction.atomic():
        held = _held(actor, batch)
        if held.state in (State.IMPORTING, State.DONE):
            raise GuardRefused(COMMITTED, code="committed")
        if held.state != State.PREVIEW or not held.preview.get("finished"):
            raise GuardRefused(NOT_READ, code="not_previewed")
        if seen is not None and seen != held.preview["run"]:
            raise GuardRefused(CHANGED, code="columns_changed")
        return _start(held, actor, now)


@working_as("intake")
def cancel_list(*, actor: Actor, batch: ListBatch, now: datetime) -> ListBatch:
    """Stop behind the chunk that is being written, which stays. Raises NotAllowed, GuardRefused."""
    with transaction.atomic():
        held = _held(actor, batch)
        if held.state in (State.DONE, State.CANCELLED, State.REFUSED, State.WITHDRAWN):
            raise GuardRefused(ENDED, code="ended")
        held.state, held.moved_at = State.CANCELLED, now
        held.save(update_fields=["state", "moved_at"])
        clear(held.id)
        record_import(Action.IMPORT_CANCELLED, held, actor, get_directory().by_id[held.agency_id], now)
        return held


@working_as("intake")
def resume_list(*, actor: Actor, batch: ListBatch, now: datetime) -> ListBatch:
    """Go on with a cancelled list: behind its last committed row, or at its columns where none was committed."""
    with transaction.atomic():
        held = _held(actor, batch)
        if held.state != State.CANCELLED:
            raise GuardRefused(GOING, code="not_cancelled")
        check_kept(held)
        if held.rows_done:
            return _start(held, actor, now)
        held.state, held.moved_at = State.MAPPING, now
        held.save(update_fields=["state", "moved_at"])
        return held


@working_as("intake")
def start_at_once(*, actor: Actor, batch: ListBatch, now: datetime) -> ListBatch:
    """For whoever sends the file by a way without steps: import with the columns as they stand. Raises NotAllowed."""
    with transaction.atomic():
        held = _held(actor, batch)
        if held.state in (State.MAPPING, State.PREVIEW, State.CANCELLED):
            return _start(held, actor, now)
        return held


def _held(actor: Actor, batch: ListBatch) -> ListBatch:
    check_sender(actor, get_directory().by_id[batch.agency_id])
    return ListBatch.objects.select_for_update().get(id=batch.id)


def _start(batch: ListBatch, actor: Actor, now: datetime) -> ListBatch:
    check_kept(batch)
    batch.state, batch.moved_at = State.IMPORTING, now
    # From here its speed is measured.
    batch.preview = {**batch.preview, "began": [now.isoformat(), batch.rows_done]}
    batch.save(update_fields=["state", "moved_at", "preview"])
    clear(batch.id)
    told = {"columns": _columns_told(batch), "mends": mends_told(batch)}
    record_import(Action.IMPORT_STARTED, batch, actor, get_directory().by_id[batch.agency_id], now, told)
    return batch


def _columns_told(batch: ListBatch) -> list[dict[str, Any]]:
    """Which column of which sheet was taken for what, and the order of its dates."""
    told = []
    for at, one in enumerate(batch.columns["sheets"], 1):
        for name, column in sorted(one["columns"].items(), key=lambda pair: pair[1]):
            order = one.get("orders", {}).get(name)
            told.append({"sheet": at, "column": column + 1, "field": name} | ({"order": order} if order else {}))
    return told
