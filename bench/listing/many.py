"""What a list finds as a file, and one act on many of its cases: time and memory on a base of any size.

`python -m bench many --cases 100000 --acts 2000` seeds a throwaway database, takes the list of its busiest commission
as CSV and as XLSX without keeping any of it, and then looks at and does one act on so many cases in chunks. `rss_mb` is
what the process held before the file and at most while it was made: how much it grows is what a file costs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.listing.seed import seed
from bench.sandbox import sandbox

MB = 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=20_000, help="how many cases there are (20000)")
    parser.add_argument("--acts", type=int, default=500, help="on how many of them one act is done (500)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a format, and one for the act."""
    with sandbox(redis=True) as box:
        superuser = box.connect("postgres")
        seed(superuser, arguments.cases)
        for kind in ("csv", "xlsx"):
            yield {"bench": "many", "cases": arguments.cases, "workload": f"export_{kind}", **_export(kind)}
        yield {"bench": "many", "cases": arguments.cases, "workload": "comment", **_act(arguments.acts)}
        superuser.close()


def _export(kind: str) -> dict[str, Any]:
    from django.http import QueryDict

    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit import clock
    from bench.listing.workloads import HANDLER
    from cases.web.views.bulk import files, lists
    from cases.web.views.bulk.exports import table_of_cases

    actor = find_actor(HANDLER)
    made = files.workbook if kind == "xlsx" else files.plain
    with seeing(actor):
        now = clock.now()
        asked = lists.cases_asked(actor, QueryDict("view=all"), now)
        table, written, size, most = table_of_cases(actor, asked, now), [0], 0, 0
        before, started = _rss(), time.perf_counter()
        for piece in made(table, written):
            size += len(piece)
            most = max(most, _rss())
        took = time.perf_counter() - started
    rss = {"before": before // MB, "most": most // MB}
    return {"rows": written[0], "seconds": round(took, 1), "mb": round(size / MB / MB, 1), "rss_mb": rss}


def _act(count: int) -> dict[str, Any]:
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit import clock
    from audit.ids import new_id
    from bench.listing.workloads import HANDLER
    from cases.selectors.cases import CaseFilter, matching
    from cases.workflow.many.steps import Chosen, begin, confirm, fill
    from cases.workflow.many.working import work

    actor, now = find_actor(HANDLER), clock.now()
    with seeing(actor):
        ids = [place.id for place in matching(actor, CaseFilter(), size=count)]
        run = begin(actor=actor, act="comment", chosen=Chosen(cases=ids, asked=count, key=str(new_id())), now=now)
        fill(actor=actor, run_id=run.id, data={"comment": "批量备注"}, now=now)
        started = time.perf_counter()
        work(run.id)
        looked = time.perf_counter() - started
        confirm(actor=actor, run_id=run.id, now=now)
        started = time.perf_counter()
        run = work(run.id)
    return {
        "rows": len(ids),
        "preview_s": round(looked, 1),
        "acts_s": round(time.perf_counter() - started, 1),
        "counts": run.counts,
    }


def _rss() -> int:
    """Kilobytes that the process holds at this moment."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
