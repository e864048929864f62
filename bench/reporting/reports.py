"""The weekly ledger and the overdue bulletin of a city with many cases, beside the same sheet by hand.

`python -m bench reports --cases 100000 --json` seeds a throwaway database in which one city has so many cases and
draws up, each in a process of its own: the ledger by one statement and a plain XlsxWriter; the ledger as the worker
does (two editions, workbooks and papers), the same with every case folded from its events, the bulletin with excerpts.
`ratio`: how often the time by hand goes into it; memory in MB, before and at most.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

from bench.listing.seed import seed
from bench.reporting.alone import alone
from bench.sandbox import sandbox

# Of the seeded cases so many lie in the city (seed.sql).
SHARE = 0.45
# The last whole week in which cases are opened.
MONDAY = date(2026, 10, 26)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=100_000, help="cases of the city (100000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a way."""
    with sandbox() as box:
        superuser, started = box.connect("postgres"), time.monotonic()
        seed(superuser, round(arguments.cases / SHARE))
        seeded = round(time.monotonic() - started)
        superuser.close()
        hand = alone("by_hand", "ledger", MONDAY)
        yield {"bench": "reports", "way": "by_hand", **hand, "seed_s": seeded, "load": os.getloadavg()[0]}
        for way, kind in (("drawn", "ledger"), ("replayed", "ledger"), ("drawn", "overdue")):
            told = alone(way, kind, MONDAY)
            ratio = round(told["seconds"] / max(hand["seconds"], 0.01), 1)
            yield {"bench": "reports", "way": f"{kind}_{way}", **told, "ratio": ratio, "load": os.getloadavg()[0]}
