"""That somebody read rows of a list, for the access log."""

from __future__ import annotations

from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor
from agencies.directory import get_directory
from audit.access.writing import Way
from cases.models import ListBatch
from cases.policy.privacy.precision import Form
from cases.selectors.precision.lists import cell_form, list_viewpoint
from cases.selectors.precision.viewers import Viewpoint

# Columns whose cells may stand in full on the pages of a list; those of the others are masked for everybody.
FULL = ("ip", "port", "first", "last")


def note_rows(
    actor: Actor | None, batch: ListBatch, rows: int, *, way: Way, request: HttpRequest | None = None
) -> None:
    """Add a line for a page of rows; none where no row is shown."""
    if not rows:
        return
    mapped = {name for sheet in batch.columns.get("sheets", ()) for name in sheet["columns"]}
    viewpoint = None if actor is None else list_viewpoint(actor, batch.agency_id, get_directory())
    clear = [n for n in FULL if n in mapped and (viewpoint is None or _in_clear(n, batch, viewpoint))]
    items = clear or ["masked_rows"]
    note_read(actor=actor, way=way, target=f"import/{batch.id}", items=items, rows=rows, request=request)


def _in_clear(name: str, batch: ListBatch, viewpoint: Viewpoint) -> bool:
    return cell_form(name, batch.kind, viewpoint, batch.agency_id) is Form.CLEAR
