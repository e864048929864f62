"""That somebody read rows of a list, for the access log."""

from __future__ import annotations

from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor
from audit.access.writing import Way
from cases.models import ListBatch

# Columns whose cells stand in full on the pages of a list; those of the others are masked.
FULL = ("ip", "port", "first", "last")


def note_rows(
    actor: Actor | None, batch: ListBatch, rows: int, *, way: Way, request: HttpRequest | None = None
) -> None:
    """Add a line for a page of rows; none where no row is shown."""
    if not rows:
        return
    mapped = {name for sheet in batch.columns.get("sheets", ()) for name in sheet["columns"]}
    items = [name for name in FULL if name in mapped] or ["masked_rows"]
    note_read(actor=actor, way=way, target=f"import/{batch.id}", items=items, rows=rows, request=request)
