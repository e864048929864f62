"""A month's bills of many accounts in one run, beside the same bills in set SQL by hand; one worker killed half-way.

`python -m bench month --accounts 10000 --json`: so many surcharged accounts, each with a bill due; October is read in,
billed and reviewed by the code of the worker, each in a process of its own, whose memory is the run's alone. The same
October is billed by hand on a copy of the database taken before (`ratio`; `bench/billing/by_hand.py` says what that
leaves out). Then November is billed by a worker that is killed at half of the rows and by another that goes on:
`doubled` and `lost` count bills that a case has twice or not at all.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bench.billing import by_hand, world
from bench.billing.alone import killed, work_alone
from bench.import_ import BY_HAND, Cost, clone, cost, load_city
from bench.importing import cpu
from bench.sandbox import Sandbox, sandbox

_BILLS = """SELECT count(*) FILTER (WHERE n > %s), count(*) FILTER (WHERE n < %s) FROM (
    SELECT jsonb_array_length(coalesce(facts->'surcharge'->'bills', '[]')) AS n FROM cases_case) x"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--accounts", type=int, default=10_000, help="accounts with a bill due (10000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line: seconds to read in, to bill and to review; bills a second; the ratio to the hand; the killed run."""
    count = arguments.accounts
    with sandbox() as box:
        _prepare(box, count)
        october, november = world.month(10, count), world.month(11, count)
        postmaster = cpu.postmaster(box.cluster.data)
        started = time.monotonic()
        run_id = _receive(october, "2026-10")
        read = time.monotonic() - started
        clone(box)
        hand = _by_hand(box, october)
        _start(run_id)
        billed = work_alone(run_id, postmaster)
        _review(run_id)
        reviewed = work_alone(run_id, postmaster)
        cut, resumed = _killed(box, november, count, postmaster)
        doubled, lost = _count(box, _BILLS, [2, 2])
    yield {
        "bench": "month",
        "accounts": count,
        "read_seconds": round(read, 2),
        "bill_seconds": round(billed.seconds, 2),
        "bills_per_s": round(count / billed.seconds),
        "review_seconds": round(reviewed.seconds, 2),
        "reviews_per_s": round(count / reviewed.seconds),
        "by_hand_seconds": round(hand.seconds, 2),
        "ratio": round(billed.seconds / hand.seconds, 2),
        "cpu_ratio": round(billed.cpu / hand.cpu, 2),
        "peak_mb": billed.memory_peak,
        "peak_mb_before": billed.memory_before,
        "killed_after_rows": cut,
        "resumed_seconds": round(resumed, 2),
        "doubled": doubled,
        "lost": lost,
        "load": os.getloadavg()[0],
    }


def _prepare(box: Sandbox, count: int) -> None:
    from audit import clock
    from cases.billing.runs import acts

    load_city()
    acts.ring = lambda _run_id: None  # no broker here to ring
    case = world.one_case()
    clock.set_clock(world.BILLED, frozen=True)
    superuser = box.connect("postgres")
    try:
        world.copy(superuser, case, count)
    finally:
        superuser.close()


def _receive(content: bytes, month: str) -> str:
    from agencies.actors import find_actor
    from cases.billing.runs.receiving import receive_readings

    found, _fresh = receive_readings(
        actor=find_actor("grid-billing1"),
        content=content,
        filename="readings.csv",
        month=month,
        due_on=None,
        energy_price=Decimal(world.PRICE),
        now=world.BILLED,
    )
    if found.counts.get("unusable"):
        raise RuntimeError(f"readings that cannot be used: {found.counts}")
    return str(found.id)


def _start(run_id: str) -> None:
    from uuid import UUID

    from agencies.actors import find_actor
    from cases.billing.runs.acts import start_run

    start_run(actor=find_actor("grid-billing1"), run_id=UUID(run_id), now=world.BILLED)


def _review(run_id: str) -> None:
    from uuid import UUID

    from agencies.actors import find_actor
    from cases.billing.runs.acts import review_run

    review_run(actor=find_actor("grid-reviewer1"), run_id=UUID(run_id), now=world.BILLED)


def _by_hand(box: Sandbox, content: bytes) -> Cost:
    superuser = box.cluster.connect(BY_HAND, "postgres")
    try:
        return cost(box, lambda: by_hand.bill(superuser, content))
    finally:
        superuser.close()


def _killed(box: Sandbox, content: bytes, count: int, postmaster: int) -> tuple[int, float]:
    """How many rows the killed worker had done, and the seconds of the one that went on."""
    run_id = _receive(content, "2026-11")
    _start(run_id)
    done = "SELECT rows_done, 0 FROM cases_billrun WHERE id = %s"
    killed(run_id, postmaster, lambda: _count(box, done, [run_id])[0] >= count // 2)
    cut = _count(box, done, [run_id])[0]
    return cut, work_alone(run_id, postmaster).seconds


def _count(box: Sandbox, question: str, values: list[Any]) -> tuple[int, int]:
    # Behind row-level security the owner would count nothing.
    superuser = box.connect("postgres")
    try:
        with superuser.cursor() as cursor:
            cursor.execute(question, values)
            first, second = cursor.fetchone()
            return int(first), int(second)
    finally:
        superuser.close()
