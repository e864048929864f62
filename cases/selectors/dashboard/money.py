"""Surcharges billed and collected: of bills issued in the span and in the span before, and month by month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import orjson

from cases.policy.reports.figures import FEWEST
from cases.selectors.dashboard.scope import Scope, Span, months
from cases.selectors.paging import fetch


@dataclass(frozen=True, slots=True)
class Money:
    """What bills ask for as surcharge and what of it is paid; None where sums over so few cases are left out."""

    billed: Decimal | None
    collected: Decimal | None
    bills: int
    cases: int


@dataclass(frozen=True, slots=True)
class MoneyFigures:
    now: Money
    before: Money
    by_month: tuple[tuple[str, Money], ...]


_SUMS: Final = """jsonb_build_array(coalesce(sum(b.surcharge), 0)::text, coalesce(sum(b.collected), 0)::text,
    count(*), count(DISTINCT b.case_id))"""
_STATEMENT: Final = f"""
WITH b AS MATERIALIZED (SELECT * FROM bill_figures_seen(%(keys)s::bigint[], %(watching)s))
SELECT jsonb_build_object(
    'now', (SELECT {_SUMS} FROM b WHERE b.issued_at >= %(since)s AND b.issued_at < %(until)s),
    'before', (SELECT {_SUMS} FROM b WHERE b.issued_at >= %(before_since)s AND b.issued_at < %(before_until)s),
    'months', (SELECT jsonb_object_agg(month, sums) FROM (
        SELECT b.month, {_SUMS} AS sums FROM b WHERE b.month = ANY(%(months)s) GROUP BY b.month) m)
)::text AS found
"""


def money_figures(scope: Scope, wanted: Span) -> MoneyFigures | None:
    """None: to this person the money of surcharges is not told."""
    if not scope.billing:
        return None
    names = [month for month, _ in months(wanted.until)]
    parameters = {
        **scope.parameters(),
        "since": wanted.since,
        "until": wanted.until,
        "before_since": wanted.before_since,
        "before_until": wanted.before_until,
        "months": names,
    }
    found = orjson.loads(fetch(_STATEMENT, parameters)[0]["found"])
    by_month = [_money(*(found["months"] or {}).get(month, ("0", "0", 0, 0))) for month in names]
    now, before = (left_out([_money(*found[name])], clear=scope.clear)[0] for name in ("now", "before"))
    return MoneyFigures(now, before, tuple(zip(names, left_out(by_month, clear=scope.clear), strict=True)))


def _money(billed: str, collected: str, bills: int, cases: int) -> Money:
    return Money(Decimal(billed), Decimal(collected), bills, cases)


def left_out(sums: list[Money], *, clear: bool) -> list[Money]:
    """A sum over the bills of fewer than three cases tells what one of them pays.

    Where just one of several is left out, so is the smallest other: the sum of all would give it away.
    """
    if clear:
        return sums
    silent = {n for n, each in enumerate(sums) if 0 < each.cases < FEWEST}
    spoken = [n for n, each in enumerate(sums) if each.cases and n not in silent]
    if len(silent) == 1 and spoken:
        silent.add(min(spoken, key=lambda n: (sums[n].billed or 0, n)))
    return [Money(None, None, each.bills, each.cases) if n in silent else each for n, each in enumerate(sums)]
