"""How far lists are answered, and what changed since the issuer's list before.

清零率, the clearance rate: of the sites of a list, the share that is answered. A site is the case to which its rows
lead now, after merges, each counted once; rows that led to no case are answered by the reason of their fate and do not
count. A site is answered when its case is closed, whatever the outcome, or when its verification has ended in a decided
determination (认定) and the case is under a measure or monitored further; a case that was reopened, or came back into
verification, is not. A site that relapsed after the list was done stays as it was: the relapse is a later list's.

Every figure, overdue and delta too, is told over the cases that the reader may know of: over all of them it would tell
whoever takes no part in a case that there is one, and how far it is.

The list before: of the same issuer, kind, level and city, imported and not withdrawn, received last before this one. A
site is new, still there or gone by the same cases; so rows of other days, ports and addresses are the same site.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from cases.models import ListBatch
from cases.selectors.paging import fetch


@dataclass(frozen=True, slots=True)
class Clearance:
    """Sites of a list, and how many of them are closed and answered."""

    sites: int = 0
    closed: int = 0
    answered: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Percent with one decimal, rounded down: 100.0 only where nothing is left. None for a list without sites."""
        if not self.sites:
            return None
        return (Decimal(100) * self.answered / self.sites).quantize(Decimal("0.1"), ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Delta:
    """Sites compared with the list before. Its id and name are None where the reader may not see it."""

    previous: UUID | None
    name: str | None
    fresh: int
    still: int
    gone: int


NOTHING = Clearance()


def clearances(batches: Iterable[ListBatch]) -> dict[UUID, Clearance]:
    """The figures of batches that the one who looks may see; withdrawn lists have none."""
    ids = [str(batch.id) for batch in batches if batch.state == ListBatch.State.DONE]
    rows = fetch("SELECT * FROM list_figures(%s::uuid[])", [ids]) if ids else []
    return {row["batch"]: Clearance(row["sites"], row["closed"], row["answered"]) for row in rows}


def delta_of(batch: ListBatch) -> Delta | None:
    """What changed since the list before; None where there is none."""
    if batch.state != ListBatch.State.DONE:
        return None
    rows = fetch("SELECT * FROM list_delta(%s)", [str(batch.id)])
    return (
        Delta(rows[0]["previous"], rows[0]["name"], *(rows[0][n] for n in ("fresh", "still", "gone"))) if rows else None
    )


def is_overdue(batch: ListBatch, clearance: Clearance, now: datetime) -> bool:
    """Past its day with a site that is not answered."""
    late = batch.state == ListBatch.State.DONE and batch.due_at is not None and batch.due_at < now
    return late and clearance.answered < clearance.sites


def overdue_ids(candidates: Iterable[UUID]) -> set[UUID]:
    """Which of these lists still have a site without an answer."""
    rows = fetch("SELECT * FROM list_unanswered(%s::uuid[]) AS id", [[str(batch_id) for batch_id in candidates]])
    return {row["id"] for row in rows}
