"""Tips that wait become rows of a list of their commission, and go the way of every list.

What waits at one moment is one batch, so that a batch never changes. That a tip is a row and that its words are in the
file of the batch is one transaction; the rest is an import, which a sweep finishes whatever happens to the worker.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction

from agencies.actors import Actor, system_actor
from agencies.directory import AgencyRef, get_directory
from audit.sight import working_as
from cases.intake.feeds.reading import packed
from cases.intake.feeds.signals import MOST_SIGNALS
from cases.intake.ledger.statement import NOT_ISSUED
from cases.intake.receiving import receive_list
from cases.intake.services import process_list
from cases.models.sealing import key_ring
from cases.models.tips import Tip, tip_place
from cases.policy.dated import CHINA
from cases.workflow.errors import WorkflowError

logger = logging.getLogger(__name__)

FILENAME: Final = "public-tips.json"


@working_as("tips")
def place(now: datetime) -> list[UUID]:
    """Make batches of what waits and import them; returns the batches."""
    directory, system = get_directory(), system_actor()
    waiting = Tip.objects.filter(batch__isnull=True).values_list("agency_id", flat=True).order_by().distinct()
    made: list[UUID] = []
    for agency_id in sorted(waiting):
        try:
            while batch_id := _gather(directory.by_id[agency_id], system, now):
                made.append(batch_id)
        except WorkflowError as refused:
            # The virus scanner may be silent: they wait for the next sweep.
            logger.warning("tips of agency %s wait: %s", agency_id, refused.code)
    for batch_id in made:
        process_list(batch_id=batch_id, actor=system, now=now)
    return made


@transaction.atomic
def _gather(agency: AgencyRef, system: Actor, now: datetime) -> UUID | None:
    """One batch of the tips that wait longest; None where none waits. Another worker's tips are passed over."""
    waiting = Tip.objects.select_for_update(skip_locked=True).filter(batch__isnull=True, agency_id=agency.id)
    tips = list(waiting.order_by("received_at", "id")[:MOST_SIGNALS])
    if not tips:
        return None
    words = [tip.words() for tip in tips]
    batch, _fresh = receive_list(
        actor=system,
        content=packed(orjson.dumps({"kind": "tips", "signals": words})),
        filename=FILENAME,
        kind="tips",
        agency=agency,
        batch_name=_name(agency, tips[0], now),
        now=now,
        stated=NOT_ISSUED,
    )
    for number, tip in enumerate(tips, 1):
        # Sealed emptiness: rotation of the keys needs no special case.
        tip.batch, tip.number, tip.sealed = batch, number, key_ring().seal(b"{}", tip_place(tip.id.bytes))
    Tip.objects.bulk_update(tips, ["batch", "number", "sealed"])
    return batch.id


def _name(agency: AgencyRef, first: Tip, now: datetime) -> str:
    """`公众举报 320300-drc 2026-11-26 10:00 3fa9c1d2`."""
    return f"公众举报 {agency.code} {now.astimezone(CHINA):%Y-%m-%d %H:%M} {first.id.hex[:8]}"
