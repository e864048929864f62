"""Everything the page is drawn from, read at one instant in a constant number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agencies.actors import Actor
from agencies.directory import get_directory
from cases.intake.ledger.figures import Clearance, clearances
from cases.intake.selectors import visible_batches
from cases.models import ListBatch
from cases.selectors.dashboard.figures import CaseFigures, case_figures
from cases.selectors.dashboard.money import MoneyFigures, money_figures
from cases.selectors.dashboard.scope import Scope
from cases.selectors.dashboard.work import WorkFigures, work_figures
from cases.selectors.law.blindspots import BlindFilter, Totals
from cases.selectors.law.blindspots import totals as blind_totals
from cases.selectors.overdue import overdue_regions
from cases.selectors.overdue.urges import UrgeCounts, urge_counts
from cases.web.show.dashboard.asked import Asked
from cases.workflow.workdays import calendar_for

BATCHES = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """`late`: overdue tasks and cases by county. `blind`: None for whoever has no such register."""

    at: datetime
    scope: Scope
    asked: Asked
    cases: CaseFigures
    late: dict[str, tuple[int, int]]
    work: WorkFigures
    money: MoneyFigures | None
    batches: list[tuple[ListBatch, Clearance]]
    blind: Totals | None
    urges: UrgeCounts


def read(actor: Actor, scope: Scope, asked: Asked, now: datetime, *, fresh: bool = False) -> Facts:
    calendar = calendar_for(scope.home, get_directory())
    return Facts(
        at=now,
        scope=scope,
        asked=asked,
        cases=case_figures(scope, asked.span, calendar),
        late=overdue_regions(actor, now=now),
        work=work_figures(actor, scope, asked.span, calendar_for, now=now, fresh=fresh),
        money=money_figures(scope, asked.span),
        batches=_batches(actor, asked),
        blind=blind_totals(actor, BlindFilter()) if scope.watching else None,
        urges=urge_counts(actor, since=asked.span.since, until=asked.span.until, now=now),
    )


def _batches(actor: Actor, asked: Asked) -> list[tuple[ListBatch, Clearance]]:
    """The latest lists that had come by the end of the period, each with how far it is answered today."""
    done = visible_batches(actor).filter(state=ListBatch.State.DONE, received_at__lt=asked.span.until)
    found = list(done.prefetch_related(None)[:BATCHES])
    figures = clearances(found)
    return [(batch, figures.get(batch.id, Clearance())) for batch in found]
