"""A corrected file laid over its list: each changed cell is a mend, as if it had been set right in place.

The file of the list stays as it was received, and with it every raw cell. All of the corrections are taken or none;
then the list is read on trial anew.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from agencies.actors import Actor
from audit.sight import working_as
from cases.intake.corrections.reading import changes_of, open_corrections
from cases.intake.receiving import scanned
from cases.intake.steps.keeping import check_kept
from cases.intake.steps.mending import check_mending, held_open, write_mends
from cases.intake.steps.preview import begin_anew
from cases.models import ListBatch


class Laid(NamedTuple):
    """The batch, whose reading on trial begins anew, and how much was set right."""

    batch: ListBatch
    rows: int
    cells: int


@working_as("intake")
def lay_corrections(*, actor: Actor, batch: ListBatch, content: bytes, filename: str, now: datetime) -> Laid:
    """Take the corrections of a file. Raises NotAllowed, GuardRefused, InvalidInput (each row that cannot be taken)."""
    check_mending(actor, batch)
    scanned(filename, content)
    sheets = open_corrections(content)
    with transaction.atomic():
        held = held_open(batch)
        check_kept(held)
        changes = changes_of(held, sheets)
        write_mends(held, changes, actor, now)
        begin_anew(held)
        held.save(update_fields=["preview"])
    return Laid(held, len(changes), sum(len(cells) for cells in changes.values()))
