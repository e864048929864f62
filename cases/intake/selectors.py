"""Reading batches: who may see them, their counts, their rows page by page, and where each row is now.

The case of a row is found when it is asked for: a merge leads it to the survivor, undoing the merge back again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from agencies.vocabulary import CASE_ROLES
from cases.intake.ledger.figures import Delta, delta_of, overdue_ids
from cases.intake.ledger.standing import ROWS, ROWS_OF_WITHDRAWN, StoredRow, told_of
from cases.intake.masking import mask_cells
from cases.models import ListBatch
from cases.models.sealing import open_cells
from cases.selectors.paging import CAP, DEFAULT_PAGE_SIZE, Keyset, Page, capped, instant
from cases.selectors.precision.lists import cell_form, figures_shown, list_viewpoint
from cases.selectors.precision.viewers import Viewpoint

# By the day of receipt, or by the day on which the list is due, the nearest first; those without one are not in that.
ORDERS = {
    "received": Keyset("imports", ("received_at", "id"), (instant, UUID), descending=True),
    "due": Keyset("imports_due", ("due_at", "id"), (instant, UUID)),
}
PAGE_ROWS = 50
_STREAM_ROWS = 2000


def visible_batches(actor: Actor) -> QuerySet[ListBatch]:
    """Batches of the actor's agencies and their units, and those that he sent himself.

    Commissions and supervisions see those of all agencies of their region.
    """
    allowed = Q(pk__in=[])
    for post in actor.posts:
        if post.roles.isdisjoint(CASE_ROLES):
            continue
        allowed |= Q(agency_id=post.agency_id) | Q(agency__parent_id=post.agency_id) | Q(received_by_id=actor.user_id)
        if post.kind in ("development_commission", "supervision"):
            allowed |= Q(agency__region__code__startswith=post.region_code)
    return (
        ListBatch.objects.filter(allowed)
        .select_related("agency", "received_by", "withdrawn_by")
        .prefetch_related("names")
        .order_by("-received_at", "-id")
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lists are asked for; None where it does not matter. `overdue`: past their day and not answered at `now`."""

    kind: str | None = None
    state: str | None = None
    level: str | None = None
    overdue: bool | None = None
    now: datetime | None = None


def list_batches(
    actor: Actor, wanted: Wanted, *, order: str = "received", cursor: str | None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The batches this actor may see, as rows of ListBatch, the latest first or the next due. Raises InvalidCursor."""
    keyset = ORDERS[order]
    at, column = keyset.decode(cursor), keyset.columns[0]
    found = _narrowed(visible_batches(actor), wanted)
    if order == "due":
        found = found.filter(due_at__isnull=False)
    total = capped(found.order_by()[: CAP + 1].count())
    down = keyset.descending != (at is not None and at.backward)
    if at is not None:
        when, last = at.values
        side = "lt" if down else "gt"
        found = found.filter(Q(**{f"{column}__{side}": when}) | Q(**{column: when, f"id__{side}": last}))
    found = found.order_by(*(f"-{column}", "-id") if down else (column, "id"))
    rows = [{column: getattr(batch, column), "id": batch.id, "batch": batch} for batch in found[: size + 1]]
    return keyset.page(rows, at, size, total)


def _narrowed(found: QuerySet[ListBatch], wanted: Wanted) -> QuerySet[ListBatch]:
    named = (("kind", wanted.kind), ("state", wanted.state), ("level", wanted.level))
    found = found.filter(**{name: value for name, value in named if value})
    if wanted.overdue is None:
        return found
    past = found.filter(state=ListBatch.State.DONE, due_at__lt=wanted.now)
    late = overdue_ids(past.order_by().values_list("id", flat=True))
    return found.filter(id__in=late) if wanted.overdue else found.exclude(id__in=late)


def get_batch(actor: Actor, batch_id: UUID | str) -> ListBatch | None:
    """A batch this actor may see, or None whether it exists or not."""
    return visible_batches(actor).filter(id=batch_id).first()


def batch_delta(actor: Actor, batch: ListBatch) -> Delta | None:
    """What changed since the list before, which is named only where this actor may see it."""
    delta = delta_of(batch)
    if delta and delta.previous and get_batch(actor, delta.previous) is None:
        return replace(delta, previous=None, name=None)
    return delta


def batch_rows(
    actor: Actor, batch: ListBatch, *, after: int = 0, fate: str = "", limit: int = PAGE_ROWS
) -> tuple[list[dict[str, Any]], int | None]:
    """One page of rows with masked cells, and the row number the next page begins after (None: last page).

    `fate` is a word of the vocabulary or its beginning (`reject`). `batch` comes from `get_batch`. The sender of a list
    learns that a row was added to a case, but which one only where the sender takes part in it.
    """
    rows = _query(batch, after, f"{fate}%" if fate else "", limit + 1)
    viewpoint = list_viewpoint(actor, batch.agency_id, get_directory())
    visible = _visible(actor, {number for row in rows for number in (row.case, *_named(row)) if number})
    page = [_page_row(batch, _withheld(row, visible), actor.language, viewpoint) for row in rows[:limit]]
    return page, page[-1]["row"] if len(rows) > limit else None


def headers_of(batch: ListBatch, sheet: int = 0) -> list[str]:
    """The header cells of a sheet of the list, as it had them."""
    sheets = batch.columns.get("sheets") or [{"headers": []}]
    return list(sheets[sheet]["headers"])


def row_results(batch_id: UUID, language: str = "zh") -> Iterator[dict[str, Any]]:
    """Every row in file order: row, fate, effect, reason (a sentence), notes, case (its number now, or None)."""
    batch, after = ListBatch.objects.get(id=batch_id), 0
    while rows := _query(batch, after, "", _STREAM_ROWS):
        for row in rows:
            yield _result(batch, row, language)
        after = rows[-1].number


def raw_rows(
    batch: ListBatch, fate: str = "", *, name_cases: bool = True
) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Cells in clear with the result of the row and its sheet. A file for the sender of the list names no case."""
    after = 0
    while rows := _query(batch, after, f"{fate}%" if fate else "", _STREAM_ROWS):
        for row in rows:
            shown = _result(batch, row if name_cases else _withheld(row, set()), "zh")
            yield open_cells(bytes(row.sealed), batch.id.bytes, row.number), {**shown, "sheet": _sheet(row)}
        after = rows[-1].number


def _query(batch: ListBatch, after: int, fate: str, limit: int) -> list[StoredRow]:
    sql = ROWS_OF_WITHDRAWN if batch.state == ListBatch.State.WITHDRAWN else ROWS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {"batch": str(batch.id), "after": after, "fate": fate, "limit": limit})
        return [StoredRow(*row) for row in cursor.fetchall()]


def _named(row: StoredRow) -> list[str]:
    """The cases that the notes of a row name by their numbers."""
    return [values["case"] for _code, values in orjson.loads(row.notes) if "case" in values]


def _visible(actor: Actor, numbers: set[str]) -> set[str]:
    """Which of these case numbers this person may know of."""
    if not numbers:
        return numbers
    with connection.cursor() as cursor:
        sql = f"SELECT c.number FROM cases_case c WHERE c.number = ANY(%s) AND {seen('c.id')}"
        cursor.execute(sql, [sorted(numbers), sight_keys(actor)])
        return {number for (number,) in cursor.fetchall()}


def _withheld(row: StoredRow, visible: set[str]) -> StoredRow:
    """The row without the cases that its reader does not see, and without the notes that name one."""
    notes = [note for note in orjson.loads(row.notes) if "case" not in note[1] or note[1]["case"] in visible]
    row = row._replace(notes=orjson.dumps(notes).decode())
    return row if row.case in visible else row._replace(case=None, case_id=None)


def _result(batch: ListBatch, row: StoredRow, language: str, shown: Callable[[Any], Any] = dict) -> dict[str, Any]:
    """`shown`: what of the figures may stand in the sentences."""
    return {"row": row.number, "fate": row.fate, **told_of(row, batch.withdrawn_at, shown, language)}


def _sheet(row: StoredRow) -> int:
    return int(orjson.loads(row.reading).get("sheet", 0))


def _page_row(batch: ListBatch, row: StoredRow, language: str, viewpoint: Viewpoint) -> dict[str, Any]:
    cells = open_cells(bytes(row.sealed), batch.id.bytes, row.number)
    columns = batch.columns["sheets"][_sheet(row)]["columns"]
    told = _result(batch, row, language, lambda figures: figures_shown(figures, viewpoint, batch.agency_id))
    shown = mask_cells(cells, columns, lambda name: cell_form(name, batch.kind, viewpoint, batch.agency_id))
    return {**told, "case_id": row.case_id, "cells": shown}
