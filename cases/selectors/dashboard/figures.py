"""The figures of cases: one statement over rows that the database keeps beside the cases, hence of this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final, NamedTuple

import orjson

from cases.policy.calendar import WorkingCalendar
from cases.policy.reports.figures import FEWEST
from cases.selectors.clocks.statement import FIRST
from cases.selectors.dashboard.conditions import (
    DONE,
    DONE_BEFORE,
    GONE,
    LISTED,
    MINING,
    OPEN_AT,
)
from cases.selectors.dashboard.scope import WEEKS, Scope, Span, months, weekly
from cases.selectors.paging import fetch

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Region:
    """What is counted where: open at the end, at each of eight weekly instants, listed in the span."""

    open: int
    listed: int
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy a day in kWh of so many cases; None where a sum over so few would tell what one uses."""

    kwh: Decimal | None
    cases: int


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """All that is counted of cases. `days`: mean working days to closing, now and before; None: none was closed."""

    totals: Counts
    regions: dict[str, Region]
    subjects: Counts
    went: Counts
    days: float | None
    days_before: float | None
    energy: Energy
    energy_before: Energy
    by_month: tuple[tuple[str, Energy], ...]


_DAY: Final = f"w.before[({{at}} AT TIME ZONE 'Asia/Shanghai')::date - DATE '{FIRST.isoformat()}' + 1]"
_WORKED: Final = f"sum({_DAY.format(at='f.closed_at')} - {_DAY.format(at='f.opened_at')})"
_COUNTED: Final = {
    "listed": LISTED,
    "open": OPEN_AT.format(at="%(until)s"),
    "open_before": OPEN_AT.format(at="%(since)s"),
    "dispatched": f"{LISTED} AND f.dispatched",
    "mining": f"{LISTED} AND {MINING}",
    "cut": f"{LISTED} AND f.cut_at IS NOT NULL",
    "charged": f"{LISTED} AND f.charged",
    "ended": f"{LISTED} AND f.stage = 'closed'",
    "done": DONE,
    "done_before": DONE_BEFORE,
    "all": "true",
}
_WEEKS: Final = [OPEN_AT.format(at=f"(%(weeks)s::timestamptz[])[{n + 1}]") for n in range(WEEKS)]
_COUNTS: Final = ", ".join(f"count(*) FILTER (WHERE {text})" for text in (*_COUNTED.values(), *_WEEKS))
# Each row is looked at three times: by region, by user and where it went, and of those that use power when they do.
_STATEMENT: Final = f"""
WITH w AS MATERIALIZED (SELECT %(workdays)s::int[] AS before),
f AS MATERIALIZED (SELECT * FROM case_figures_seen(%(keys)s::bigint[], %(watching)s))
SELECT jsonb_build_object(
    'regions', (SELECT jsonb_agg(counted) FROM (
        SELECT jsonb_build_array(f.region_code, {_WORKED} FILTER (WHERE {DONE}),
            {_WORKED} FILTER (WHERE {DONE_BEFORE}), {_COUNTS}) AS counted FROM f, w GROUP BY f.region_code) r),
    'cohort', (SELECT jsonb_agg(jsonb_build_array(subject, went, merged, n)) FROM (
        SELECT f.subject, {GONE} AS went, f.outcome IS NOT DISTINCT FROM 'merged' AS merged, count(*) AS n
        FROM f WHERE {LISTED} GROUP BY 1, 2, 3) c),
    'energy', (SELECT jsonb_agg(jsonb_build_array(begins, ends, kwh::text, n)) FROM (
        SELECT width_bucket(f.opened_at, %(instants)s::timestamptz[]) AS begins,
            width_bucket(coalesce(f.ended_at, 'infinity'), %(instants)s::timestamptz[]) AS ends, sum(f.kwh) AS kwh,
            count(*) AS n FROM f WHERE f.kwh IS NOT NULL GROUP BY 1, 2) e)
)::text AS found
"""


def case_figures(scope: Scope, wanted: Span, calendar: WorkingCalendar) -> CaseFigures:
    """What is counted of the cases in this scope over this span; working days by this calendar."""
    of_months = months(wanted.until)
    instants = sorted({wanted.until, wanted.since, *(at for _, at in of_months)})
    parameters = {
        **scope.parameters(),
        "since": wanted.since,
        "until": wanted.until,
        "before_since": wanted.before_since,
        "before_until": wanted.before_until,
        "weeks": weekly(wanted.until),
        "workdays": _workdays(calendar, wanted.last),
        "instants": instants,
    }
    found = orjson.loads(fetch(_STATEMENT, parameters)[0]["found"])
    rows = {code: _Row(days or 0, before or 0, counts) for code, days, before, *counts in found["regions"] or ()}
    totals = {name: sum(row.counts[n] for row in rows.values()) for n, name in enumerate(_COUNTED)}
    used = [_used(found["energy"] or (), n) for n in range(len(instants))]
    energy = dict(zip(instants, told(used, clear=scope.clear), strict=True))
    cohort = found["cohort"] or ()
    return CaseFigures(
        totals=totals,
        regions={code: row.region() for code, row in rows.items()},
        subjects=_summed((subject, n) for subject, _, merged, n in cohort if not merged),
        went=_summed((went, n) for _, went, _, n in cohort),
        days=_mean(sum(row.days for row in rows.values()), totals["done"]),
        days_before=_mean(sum(row.days_before for row in rows.values()), totals["done_before"]),
        energy=energy[wanted.until],
        energy_before=energy[wanted.since],
        by_month=tuple((month, energy[at]) for month, at in of_months),
    )


class _Row(NamedTuple):
    """What one region has: working days of closed cases, now and before, and its counts."""

    days: int
    days_before: int
    counts: list[int]

    def region(self) -> Region:
        names = list(_COUNTED)
        opened, listed = self.counts[names.index("open")], self.counts[names.index("listed")]
        return Region(opened, listed, tuple(self.counts[len(names) :]))


def _used(groups: Iterable[tuple[int, int, str, int]], n: int) -> Energy:
    """The energy at the instant in place `n`: of cases that were opened before it and ended at or after it.

    A bucket is the number of instants that are not after the moment, so one opened at the very instant is not before.
    """
    using = [(kwh, cases) for begins, ends, kwh, cases in groups if begins <= n < ends]
    # Reported by the month.
    return Energy(sum((Decimal(kwh) for kwh, _ in using), Decimal(0)) / 30, sum(cases for _, cases in using))


def _summed(pairs: Iterable[tuple[str, int]]) -> Counts:
    found: Counts = {}
    for name, n in pairs:
        found[name] = found.get(name, 0) + n
    return found


def told(energy: list[Energy], *, clear: bool) -> list[Energy]:
    """The sums that may be told: of fewer than three cases none, but that of no case at all."""
    return [each if clear or each.cases >= FEWEST or not each.cases else Energy(None, each.cases) for each in energy]


def _mean(days: int, cases: int) -> float | None:
    return days / cases if cases else None


def _workdays(calendar: WorkingCalendar, last: date) -> list[int]:
    """How many working days lie before each day."""
    length = (last - FIRST).days + 2
    worked = [int(calendar.is_workday(FIRST + timedelta(days=n))) for n in range(length)]
    return list(accumulate(worked[:-1], initial=0))


def inside(regions: dict[str, Region], home: str) -> dict[str, Region]:
    """Summed by what lies one level inside the home region; under its own code what names no part of it."""
    found: dict[str, list[Region]] = {}
    for code, region in regions.items():
        place = code[: len(home) + 2] if code.startswith(home) and len(home) < 6 else code
        found.setdefault(place if code.startswith(home) else "", []).append(region)
    return {code: _sum(each) for code, each in sorted(found.items())}


def _sum(regions: list[Region]) -> Region:
    weeks = tuple(sum(column) for column in zip(*(region.weeks for region in regions), strict=True))
    return Region(sum(r.open for r in regions), sum(r.listed for r in regions), weeks)
