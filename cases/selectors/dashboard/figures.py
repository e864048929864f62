"""The figures of cases: one statement over rows that the database keeps beside the cases, hence of this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

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
    USES_AT,
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
_DAYS: Final = f"""(SELECT sum({_DAY.format(at="f.closed_at")} - {_DAY.format(at="f.opened_at")})
    FROM f, workdays w WHERE {{done}})"""
_COUNTS: Final = f"""'listed', count(*) FILTER (WHERE {LISTED}),
    'open', count(*) FILTER (WHERE {OPEN_AT.format(at="%(until)s")}),
    'open_before', count(*) FILTER (WHERE {OPEN_AT.format(at="%(since)s")}),
    'dispatched', count(*) FILTER (WHERE {LISTED} AND f.dispatched),
    'mining', count(*) FILTER (WHERE {LISTED} AND {MINING}),
    'cut', count(*) FILTER (WHERE {LISTED} AND f.cut_at IS NOT NULL),
    'charged', count(*) FILTER (WHERE {LISTED} AND f.charged),
    'ended', count(*) FILTER (WHERE {LISTED} AND f.stage = 'closed'),
    'done', count(*) FILTER (WHERE {DONE}),
    'done_before', count(*) FILTER (WHERE {DONE_BEFORE}),
    'all', count(*)"""
_WEEKS: Final = ", ".join(
    f"count(*) FILTER (WHERE {OPEN_AT.format(at=f'(%(weeks)s::timestamptz[])[{n + 1}]')})" for n in range(WEEKS)
)
_STATEMENT: Final = f"""
WITH workdays AS MATERIALIZED (SELECT %(workdays)s::int[] AS before),
f AS MATERIALIZED (SELECT * FROM case_figures_seen(%(keys)s::bigint[], %(watching)s)),
using_power AS MATERIALIZED (SELECT * FROM f WHERE f.kwh IS NOT NULL)
SELECT jsonb_build_object(
    'totals', (SELECT jsonb_build_object({_COUNTS}) FROM f),
    'regions', (SELECT jsonb_object_agg(region_code, counted) FROM (
        SELECT f.region_code, jsonb_build_array(count(*) FILTER (WHERE {OPEN_AT.format(at="%(until)s")}),
            count(*) FILTER (WHERE {LISTED}), {_WEEKS}) AS counted FROM f GROUP BY f.region_code) r),
    'subjects', (SELECT jsonb_object_agg(subject, n) FROM (
        SELECT f.subject, count(*) AS n FROM f WHERE {LISTED} AND f.outcome IS DISTINCT FROM 'merged'
        GROUP BY f.subject) s),
    'went', (SELECT jsonb_object_agg(went, n) FROM (
        SELECT {GONE} AS went, count(*) AS n FROM f WHERE {LISTED} GROUP BY 1) g),
    'days', {_DAYS.format(done=DONE)},
    'days_before', {_DAYS.format(done=DONE_BEFORE)},
    'energy', (SELECT jsonb_agg(jsonb_build_array(kwh::text, n) ORDER BY place) FROM (
        SELECT m.place, sum(f.kwh) AS kwh, count(f.case_id) AS n
        FROM unnest(%(instants)s::timestamptz[]) WITH ORDINALITY AS m(at, place)
        LEFT JOIN using_power f ON {USES_AT.format(at="m.at")} GROUP BY m.place) e)
)::text AS found
"""


def case_figures(scope: Scope, wanted: Span, calendar: WorkingCalendar) -> CaseFigures:
    """What is counted of the cases in this scope over this span; working days by this calendar."""
    of_months = months(wanted.until)
    parameters = {
        **scope.parameters(),
        "since": wanted.since,
        "until": wanted.until,
        "before_since": wanted.before_since,
        "before_until": wanted.before_until,
        "weeks": weekly(wanted.until),
        "workdays": _workdays(calendar, wanted.last),
        "instants": [wanted.until, wanted.since, *(at for _, at in of_months)],
    }
    found = orjson.loads(fetch(_STATEMENT, parameters)[0]["found"])
    totals: Counts = found["totals"]
    energy = told([_energy(*pair) for pair in found["energy"]], clear=scope.clear)
    return CaseFigures(
        totals=totals,
        regions={code: Region(row[0], row[1], tuple(row[2:])) for code, row in (found["regions"] or {}).items()},
        subjects=found["subjects"] or {},
        went=found["went"] or {},
        days=_mean(found["days"], totals["done"]),
        days_before=_mean(found["days_before"], totals["done_before"]),
        energy=energy[0],
        energy_before=energy[1],
        by_month=tuple((month, each) for (month, _), each in zip(of_months, energy[2:], strict=True)),
    )


def told(energy: list[Energy], *, clear: bool) -> list[Energy]:
    """The sums that may be told: of fewer than three cases none, but that of no case at all."""
    return [each if clear or each.cases >= FEWEST or not each.cases else Energy(None, each.cases) for each in energy]


def _energy(kwh: str | None, cases: int) -> Energy:
    # Reported by the month.
    return Energy(Decimal(kwh or 0) / 30, cases)


def _mean(days: int | None, cases: int) -> float | None:
    return days / cases if cases and days is not None else None


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


def as_parameters(scope: Scope, wanted: Span) -> dict[str, Any]:
    """For the lists behind the figures."""
    return {
        **scope.parameters(),
        "since": wanted.since,
        "until": wanted.until,
    }
