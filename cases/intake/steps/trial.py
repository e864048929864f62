"""The rows of a dry reading page by page: what would become of each, and which of its cells to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from audit.access.writing import Way
from cases.intake.lists.fields import SUSPECTS
from cases.intake.lists.sentences import row_sentence
from cases.intake.lists.values import text_of
from cases.intake.masking import mask_cells
from cases.intake.reading_log import note_rows
from cases.intake.receiving import is_own
from cases.intake.steps.estimate import is_stored
from cases.intake.steps.preview import file_row
from cases.intake.steps.reader import shown_cells
from cases.models import ListBatch, ListMend, PreviewRow
from cases.models.sealing import key_ring, mend_place
from cases.selectors.precision.lists import cell_form, figures_shown, list_viewpoint
from cases.selectors.precision.viewers import Viewpoint

PAGE_ROWS: Final = 25
# What a page may be narrowed to: rows that need a look, the beginning of a fate, or nothing.
WORDS: Final = ("problem", "accept", "weak", "duplicate", "reject", "all")


def trial_rows(
    actor: Actor, batch: ListBatch, *, after: int = 0, show: str = "problem", limit: int = PAGE_ROWS
) -> tuple[list[dict[str, Any]], int | None]:
    """One page of rows, and the number the next page begins after. Cells are in clear for the sender, else masked."""
    wanted = {"problem": Q(problem=True), "all": Q()}.get(show, Q(fate__startswith=show))
    found = PreviewRow.objects.filter(wanted, batch_id=batch.id, number__gt=after).order_by("number")
    rows = list(found[: limit + 1])
    mends = _mends(batch, [row.number for row in rows[:limit]])
    own, viewpoint = is_own(actor, batch), list_viewpoint(actor, batch.agency_id, get_directory())
    numbers = _cases(actor, {row.site for row in rows[:limit] if is_stored(row.site)})
    page = [
        {
            **_told(actor, batch, row, mends.get(row.number, {}), viewpoint, own=own),
            "effect": row.effect,
            "case": numbers.get(row.site),
        }
        for row in rows[:limit]
    ]
    return page, page[-1]["row"] if len(rows) > limit else None


def trial_row(actor: Actor, batch: ListBatch, number: int) -> dict[str, Any]:
    """One row of the dry reading."""
    (row,), _ = trial_rows(actor, batch, after=number - 1, show="all", limit=1)
    return row


def note_trial(actor: Actor, batch: ListBatch, rows: int, *, way: Way, request: HttpRequest | None) -> None:
    """A line in the access log for cells that were shown."""
    if not is_own(actor, batch):
        note_rows(actor, batch, rows, way=way, request=request)
    elif rows:
        note_read(actor=actor, way=way, target=f"import/{batch.id}", items=["list_rows"], rows=rows, request=request)


def _cases(actor: Actor, sites: set[UUID | None]) -> dict[UUID | None, str]:
    """The numbers of the cases at these sites, where the reader may know of them."""
    if not sites:
        return {}
    sql = f"SELECT s.id, c.number FROM cases_site s JOIN cases_case c ON c.id = s.case_id WHERE {seen('c.id')}"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND s.id = ANY(%s::uuid[])", [sight_keys(actor), [str(site) for site in sites]])
        return dict(cursor.fetchall())


def _mends(batch: ListBatch, numbers: Sequence[int]) -> dict[int, dict[int, ListMend]]:
    found: dict[int, dict[int, ListMend]] = {}
    mends = ListMend.objects.filter(batch_id=batch.id, number__in=numbers).select_related("mended_by").order_by("id")
    for mend in mends:
        found.setdefault(mend.number, {})[mend.cell] = mend
    return found


def _told(
    actor: Actor, batch: ListBatch, row: PreviewRow, mends: dict[int, ListMend], viewpoint: Viewpoint, *, own: bool
) -> dict[str, Any]:
    sheet = batch.columns["sheets"][row.sheet]
    raw, values = file_row(row).cells, {cell: _value(mend) for cell, mend in mends.items()}
    figures = (lambda given: given) if own else (lambda given: figures_shown(given, viewpoint, batch.agency_id))

    def shown(cells: list[Any]) -> list[str]:
        if own:
            return [text_of(cell) for cell in cells]
        return mask_cells(cells, sheet["columns"], lambda name: cell_form(name, batch.kind, viewpoint, batch.agency_id))

    now, before = shown(shown_cells(raw, values)), shown(raw)
    return {
        "row": row.number,
        "fate": row.fate,
        "reason": row_sentence(row.reason, figures(row.figures)).get(actor.language),
        "notes": [row_sentence(code, figures(values)).get(actor.language) for code, values in row.notes],
        "cells": now,
        "mends": [
            {
                "cell": cell,
                "header": _header(sheet, cell),
                "before": before[cell] if cell < len(before) else "",
                "value": now[cell],
                "who": mend.mended_by.display_name,
                "at": mend.mended_at,
            }
            for cell, mend in sorted(mends.items())
        ],
        "suspects": [
            {"cell": cell, "header": _header(sheet, cell), "value": now[cell] if cell < len(now) else ""}
            for cell in (_suspects(row, sheet, mends) if own else ())
        ],
    }


def _header(sheet: dict[str, Any], cell: int) -> str:
    headers = sheet["headers"]
    return str(headers[cell]) if cell < len(headers) else ""


def _value(mend: ListMend) -> str:
    place = mend_place(mend.batch_id.bytes, mend.number, mend.cell)
    return key_ring().open(mend.sealed, place).decode()


def _suspects(row: PreviewRow, sheet: dict[str, Any], mends: dict[int, ListMend]) -> list[int]:
    """The cells that the reason and the notes of the row speak of, and those that were mended already."""
    named = list(SUSPECTS.get(row.reason, ()))
    for code, figures in row.notes:
        named += [figures["field"]] if "field" in figures else SUSPECTS.get(code, ())
    columns = sheet["columns"]
    return sorted({columns[name] for name in named if name in columns} | set(mends))
