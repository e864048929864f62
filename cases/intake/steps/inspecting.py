"""What a file turns out to be when it comes in: its sheets and columns, how many rows, or why it is no list."""

from __future__ import annotations

from typing import Any, NamedTuple

from cases.intake.feeds.reading import open_sheets
from cases.intake.lists.mapping import MappedSheet, find_lists, guess_lists, signature
from cases.intake.lists.reading import Sheet
from cases.intake.lists.sentences import NotAList
from cases.intake.steps.columns import columns_of, kept, survey
from cases.models import SourceMapping


class Inspection(NamedTuple):
    """Rows and columns of a list, or the reason why it is none."""

    rows: int | None
    columns: dict[str, Any]
    problem: NotAList | None


def inspect(kind: str, content: bytes, agency_id: int, *, led: bool) -> Inspection:
    """`led`: a person goes on with the columns, so a header of unknown words is no reason to refuse."""
    saved = {
        one.signature: one for one in SourceMapping.objects.filter(agency_id=agency_id, kind=kind).order_by("saved_at")
    }
    try:
        sheets = open_sheets(kind, content)
        found = _find(kind, sheets, {name: one.columns for name, one in saved.items()}, led=led)
        held, rows = [], 0
        for mapped in found:
            surveyed = survey(mapped)
            known = saved.get(signature(mapped.mapping.headers))
            held.append(kept(mapped, surveyed, known.orders if known else {}))
            rows += surveyed.rows
    except NotAList as error:
        return Inspection(None, {}, error)
    columns = columns_of(held, (sheet.name for sheet in sheets if sheet.hidden))
    return Inspection(rows, columns, None if rows else NotAList("no_rows"))


def _find(kind: str, sheets: list[Sheet], known: dict[str, dict[str, int]], *, led: bool) -> list[MappedSheet]:
    try:
        return find_lists(kind, sheets, known)
    except NotAList as error:
        guessed = guess_lists(kind, sheets) if led and error.code == "no_header" else []
        if not guessed:
            raise
        return guessed
