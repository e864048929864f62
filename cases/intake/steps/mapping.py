"""A person confirms which column is what, and how dates that could be two days are meant; kept for the next time."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.services import record
from audit.sight import working_as
from cases.intake.feeds.reading import open_sheets
from cases.intake.lists.fields import FIELDS
from cases.intake.lists.mapping import MappedSheet, known_mapping, signature
from cases.intake.lists.reading import Row
from cases.intake.lists.synonyms import REQUIRED, SYNONYMS
from cases.intake.receiving import check_sender, original_file
from cases.intake.steps.columns import Survey, columns_of, kept, sheets_from, survey
from cases.intake.steps.keeping import check_kept
from cases.intake.steps.preview import begin_anew
from cases.models import ListBatch, SourceMapping
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.view import Text

LED: Final = (ListBatch.State.MAPPING, ListBatch.State.PREVIEW)
# The last: nobody knows, and these dates stay unread.
ANSWERS: Final = ("mdy", "dmy", "unknown")
NOT_OPEN: Final = Text(
    "这一批次已经提交导入或已结束，列对应不能再改；请打开批次查看进展。",
    "This batch is being imported or has ended; its columns cannot be changed. Open it to see how far it is.",
)


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """What a person says about one sheet; without columns the sheet is left out."""

    columns: Dictionary[str, int]
    orders: Dictionary[str, str] = field(default_factory=dict)
    # One field was chosen for two columns; only the first of them stands in `columns`.
    twice: bool = False


@working_as("intake")
def confirm_mapping(
    *, actor: Actor, batch: ListBatch, answers: Sequence[SheetAnswer], save: bool, now: datetime
) -> ListBatch:
    """Take the columns and go on to the preview, which begins anew.

    A date whose order is still open keeps the batch where it is: the columns are taken, and InvalidInput says which
    column is asked (`order-<sheet>-<field>`). Raises NotAllowed, GuardRefused where the batch is past this step.
    """
    check_sender(actor, get_directory().by_id[batch.agency_id])
    if batch.state not in LED:
        raise GuardRefused(NOT_OPEN, code="not_open")
    check_kept(batch)
    _check(batch, answers)
    sheets, rows = _survey(batch, answers)
    open_questions = {
        f"order-{at}-{name}": _question(one["headers"][one["columns"][name]])
        for at, one in enumerate(sheets)
        for name in one["asked"]
        if name not in answers[at].orders
    }
    with transaction.atomic():
        held = ListBatch.objects.select_for_update().get(id=batch.id)
        if held.state not in LED:
            raise GuardRefused(NOT_OPEN, code="not_open")
        _begin(held, sheets, rows, ready=not open_questions)
        if save and not open_questions:
            _save(held, actor, now)
    if open_questions:
        raise InvalidInput(fields=open_questions, code="order_asked")
    return held


@working_as("intake")
def first_rows(batch: ListBatch, rows: int) -> list[list[Row]]:
    """The first rows below the header of each sheet, as they came. Personal data: for the sender, or masked."""
    check_kept(batch)
    sheets = sheets_from(batch.columns, batch.kind, open_sheets(batch.kind, original_file(batch)))
    return [list(islice(mapped.sheet.rows(), mapped.skip, mapped.skip + rows)) for mapped in sheets]


def _check(batch: ListBatch, answers: Sequence[SheetAnswer]) -> None:
    """Raises InvalidInput: an unknown field, a column that is not there or is used twice, the needed ones missing."""
    held = batch.columns["sheets"]
    problems: dict[str, Text] = {}
    if len(answers) != len(held):
        raise InvalidInput(fields={"sheets": Text(f"应有 {len(held)} 个工作表", f"There are {len(held)} sheets")})
    for at, (one, answer) in enumerate(zip(held, answers, strict=True)):
        problems |= {f"sheet-{at}": text for text in _wrong(batch.kind, len(one["headers"]), answer)}
    if not any(answer.columns for answer in answers):
        problems["sheet-0"] = Text("没有要导入的列", "No column is to be imported")
    if problems:
        raise InvalidInput(fields=problems)


def _wrong(kind: str, width: int, answer: SheetAnswer) -> list[Text]:
    columns = answer.columns
    if unknown := [name for name in columns if name not in SYNONYMS[kind]]:
        return [Text(f"没有字段“{unknown[0][:20]}”", f"There is no field “{unknown[0][:20]}”")]
    if any(not 0 <= column < width for column in columns.values()):
        return [Text(f"列号应为 0 至 {width - 1}", f"Columns are numbered 0 to {width - 1}")]
    if answer.twice or len(set(columns.values())) < len(columns):
        return [Text("一列只能对应一个字段，一个字段只能对应一列", "One column for a field, one field for a column")]
    if any(order not in ANSWERS for order in answer.orders.values()):
        return [Text("日期顺序应为 mdy、dmy 或 unknown", "The order of a date is mdy, dmy or unknown")]
    missing = [FIELDS[name] for name in REQUIRED[kind] if columns and name not in columns]
    return [
        Text(f"请指定“{name.zh}”所在的列，没有它无法比对", f"Say which column holds the {name.en}: it is needed")
        for name in missing[:1]
    ]


def _survey(batch: ListBatch, answers: Sequence[SheetAnswer]) -> tuple[list[dict[str, Any]], int]:
    """The sheets with their new columns, read through once for their rows and dates."""
    found, rows = [], 0
    for mapped, answer in zip(
        sheets_from(batch.columns, batch.kind, open_sheets(batch.kind, original_file(batch))), answers, strict=True
    ):
        changed = _changed(mapped, answer)
        surveyed = survey(changed) if answer.columns else Survey()
        rows += surveyed.rows
        told = {name: order for name, order in answer.orders.items() if order != "unknown"}
        found.append(kept(changed, surveyed, told))
    return found, rows


def _changed(mapped: MappedSheet, answer: SheetAnswer) -> MappedSheet:
    """A column that a person leaves where it was found stays as sure as it was."""
    former = mapped.mapping
    mapping = known_mapping(former.kind, former.headers, answer.columns)
    sure = {
        name: former.confidence[name]
        for name, column in answer.columns.items()
        if former.columns.get(name) == column and name in former.confidence
    }
    return replace(mapped, mapping=replace(mapping, confidence=mapping.confidence | sure))


def _question(header: str) -> Text:
    return Text(
        f"“{header[:20]}”中有月和日可以互换的日期，请说明顺序", f"Day and month could be swapped in “{header[:20]}”"
    )


def _begin(batch: ListBatch, sheets: list[dict[str, Any]], rows: int, *, ready: bool) -> None:
    batch.columns = columns_of(sheets, batch.columns.get("hidden", ()))
    batch.rows_total = rows
    batch.state = ListBatch.State.PREVIEW if ready else ListBatch.State.MAPPING
    begin_anew(batch)
    batch.save(update_fields=["columns", "rows_total", "state", "preview"])


def _save(batch: ListBatch, actor: Actor, now: datetime) -> None:
    """For the next list of this agency and kind with the same header."""
    for one in batch.columns["sheets"]:
        if one["columns"]:
            orders = {name: one["orders"][name] for name in one["asked"] if name in one["orders"]}
            _keep(batch, actor, signature(one["headers"]), {"columns": one["columns"], "orders": orders}, now)


def _keep(batch: ListBatch, actor: Actor, header: str, told: dict[str, Any], now: datetime) -> None:
    """On record is what is read differently from now on; who confirms what stood has changed nothing."""
    key: dict[str, Any] = {"agency_id": batch.agency_id, "kind": batch.kind, "signature": header}
    before = SourceMapping.objects.select_for_update().filter(**key).first()
    SourceMapping.objects.update_or_create(**key, defaults={**told, "saved_by_id": actor.user_id, "saved_at": now})
    if before is not None and (before.columns, before.orders) == (told["columns"], told["orders"]):
        return
    former = {} if before is None else _told({"columns": before.columns, "orders": before.orders}, "_before")
    record(
        stream=f"agency/{batch.agency.code}",
        action=Action.SOURCE_MAPPED,
        actor=event_actor(actor),
        data={"kind": batch.kind, "header": header, **former, **_told(told)},
        now=now,
    )


def _told(mapping: Dictionary[str, Any], after: str = "") -> dict[str, Any]:
    """Which field each column is, from the first on, and how the dates of a field are meant."""
    columns = {int(column): name for name, column in mapping["columns"].items()}
    named = [columns.get(n, "") for n in range(max(columns, default=-1) + 1)]
    return {f"columns{after}": named, f"orders{after}": mapping["orders"]}
