"""Bills by the tariff engine, beside the same bills by hand: ten thousand, and the growth to a hundred thousand.

`python -m bench bills --bills 10000 --grow 10 --json`: homes, combined meters and shops of Jiangsu with a list entry on
part of each cycle; every tenth cycle crosses 1 January, every third home has time of use. Nothing is stored: this is
the arithmetic alone. By hand means the same rules for this one province written out in one function, without versions,
checks, notes and labels; both must agree on every cent, or the run stops. `growth` is the time for a bill among the
most beside one among the fewest.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from cases.policy.tariff import Account, Listing, Span, Usage, quote

D = Decimal
TIERS = ((D(2760), D("0.5283")), (D(4800), D("0.5783")), (None, D("0.8283")))
SINGLE = {"combined": D("0.5483"), "commercial": D("0.6664")}
RATES = (D("0.30"), D("0.50"), D("2.00"))
KINDS = ("tiered", "tiered_tou", "tiered", "combined", "commercial")


class Job(NamedTuple):
    """One bill to make."""

    kind: str
    first: date
    last: date
    kwh: Decimal
    before: Decimal
    rate: Decimal
    listed: date


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bills", type=int, default=10_000, help="bills of the first run (10000)")
    parser.add_argument("--grow", type=int, default=10, help="how many times as many in the second (10)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Two lines: the first run, and the larger one with the growth."""
    first = _measured(arguments.bills)
    yield first
    more = _measured(arguments.bills * arguments.grow)
    each = more["seconds"] / more["bills"] / (first["seconds"] / first["bills"])
    yield {**more, "growth": round(each, 2)}


def jobs(count: int) -> list[Job]:
    """The same bills in every run."""
    dice, found = random.Random(count), []
    for n in range(count):
        first = date(2020, 12, 20) if n % 10 == 0 else date(2021, 1, 1) + timedelta(days=dice.randrange(240))
        kind = KINDS[n % 4] if n % 10 == 0 else KINDS[n % 5]
        last = first + timedelta(days=dice.randrange(27, 33))
        kwh, before = D(dice.randrange(100, 60_000)), D(dice.randrange(0, 9_000))
        listed = first + timedelta(days=dice.randrange(-5, 40))
        found.append(Job(kind, first, last, kwh, before, dice.choice(RATES), listed))
    return found


def by_engine(job: Job) -> Decimal:
    """The product's way."""
    usage, entry = Usage(job.kwh, job.before), Listing(job.rate, job.listed)
    return quote(Account("320300", job.kind), Span(job.first, job.last), usage, listings=[entry]).total


def by_hand(job: Job) -> Decimal:
    """The same rules for one province, written out."""
    days = (job.last - job.first).days + 1
    old = (date(job.first.year, 12, 31) - job.first).days + 1 if job.first.year != job.last.year else days
    head = _share(job.kwh, old, days)
    total, before = D(0), job.before
    if job.kind in SINGLE:
        total += _cent(job.kwh * SINGLE[job.kind])
    else:
        total += _tiers(job.kind, head, before) + _tiers(job.kind, job.kwh - head, D(0))
    listed = max(0, (job.last - max(job.first, job.listed)).days + 1)
    return total + _cent(_share(job.kwh, listed, days) * job.rate)


def _tiers(kind: str, kwh: Decimal, before: Decimal) -> Decimal:
    total, floor, end = D(0), D(0), before + kwh
    if kind == "tiered_tou":
        peak = _share(kwh, 13, 24)
        total = _cent(peak * D("0.5583")) + _cent((kwh - peak) * D("0.3583"))
    for limit, price in TIERS:
        part = max(D(0), (end if limit is None else min(end, limit)) - max(before, floor))
        total += _cent(part * (price - TIERS[0][1] if kind == "tiered_tou" else price))
        floor = floor if limit is None else limit
    return total


def _share(kwh: Decimal, days: int, whole: int) -> Decimal:
    return (kwh * days / whole).quantize(D("0.000001"), ROUND_HALF_UP)


def _cent(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def _measured(count: int) -> dict[str, Any]:
    asked = jobs(count)
    seconds, mine = _timed(by_engine, asked)
    hand, theirs = _timed(by_hand, asked)
    wrong = [(job, a, b) for job, a, b in zip(asked, mine, theirs, strict=True) if a != b]
    if wrong:
        raise SystemExit(f"the engine and the hand differ: {wrong[0]}")
    return {
        "bench": "bills",
        "bills": count,
        "seconds": round(seconds, 3),
        "per_second": round(count / seconds),
        "by_hand_seconds": round(hand, 3),
        "ratio": round(seconds / hand, 2),
        "sum": f"{sum(mine, D(0))}",
    }


def _timed(way: Callable[[Job], Decimal], asked: list[Job]) -> tuple[float, list[Decimal]]:
    start = time.process_time()
    found = [way(job) for job in asked]
    return time.process_time() - start, found
