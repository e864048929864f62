"""The dashboard of a province and of a city, and the same figures written by hand over the cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.listing.seed import unguarded
from bench.listing.workloads import Workload

SQL = Path(__file__).with_name("dashboard.sql")


def enrich(superuser: Any) -> None:
    """Findings, cuts and bills for the cases of the seed, past the triggers, and the figures of all of them."""
    with unguarded(superuser) as cursor:
        cursor.execute(SQL.read_text(encoding="utf-8"))
        cursor.execute("SELECT case_figures_rebuild()")


def dashboards(plain: Any, superuser: Any, people: dict[str, Any]) -> Iterator[Workload]:
    """The figures of cases and money; the working time is measured with `python -m bench deadlines`."""
    from agencies.directory import get_directory
    from cases.selectors.dashboard.figures import case_figures
    from cases.selectors.dashboard.money import money_figures
    from cases.selectors.dashboard.scope import scope_of, span
    from cases.workflow.workdays import calendar_for

    enrich(superuser)
    until = datetime(2026, 11, 1, tzinfo=UTC)
    wanted = span(date(2026, 1, 1), date(2026, 10, 31), (date(2025, 1, 1), date(2025, 12, 31)), until)
    for name, who in people.items():
        scope = scope_of(who)
        if scope is None:
            raise RuntimeError(f"{name} works on no case")

        def ours(scope: Any = scope) -> tuple[int, int]:
            found = case_figures(scope, wanted, calendar_for(scope.home, get_directory()))
            money = money_figures(scope, wanted)
            return len(found.regions), found.totals["all"] + (money.now.bills if money else 0)

        def by_hand(agency: int = who.agency_ids[0]) -> int:
            return int(plain.dashboard(agency, wanted.since, wanted.until))

        yield Workload(f"dashboard_{name}", who, ours, by_hand)
