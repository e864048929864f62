"""How long it takes from the commit of an act to the inbox, beside a relay written by hand.

`python -m bench telling --rate 50 --seconds 30 --json`: on a throwaway cluster with the demo city, real acts of
`bench/handoffs/script.py` begin at fixed moments, 50 a second, whether or not the ones before are done (the load does
not slow down with the system). Three ways of telling take turns under that same load, for as many rounds:

- `celery`: the product as it runs in earnest, a Celery worker with a timetable and Redis, rung by the bell;
- `by_hand`: a trigger's NOTIFY at each commit, and one process that listens and writes all messages in one statement,
  without recipients by role, stand-ins, clearance, wording, summing, deliveries or setting aside;
- `redis_down`: Redis is killed; `manage.py deliver_notifications` looks every ten seconds.

Delays are read from PostgreSQL's own commit timestamps, of the event and of the message, so nobody who measures is in
between. `p50_ms`/`p95_ms` are from commit to inbox; `due_p50_ms`/`due_p95_ms` from the moment at which the act should
have begun, so that what a busy machine delayed before is not left out (coordinated omission). `ratio` compares the p50
with that by hand. `late_ms` is how late the acts themselves began (p95): above some tens of them the machine was too
busy for the rate, and the figures are those of an overloaded machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any, NamedTuple

from bench.delivery import load, ways
from bench.sandbox import Sandbox, sandbox

OPTIONS = {"track_commit_timestamp": "on"}
WAYS = ("celery", "by_hand", "redis_down")
WARM_SECONDS = 5

# A row for each message: milliseconds from the commit of its act, and from the moment at which that should have begun.
_DELAYS = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(m.xmin) - pg_xact_commit_timestamp(e.xmin)) * 1000,
       (extract(epoch FROM pg_xact_commit_timestamp(m.xmin)) - due.at) * 1000
  FROM unnest(%s::bigint[], %s::float[]) AS due(event, at)
  JOIN audit_event e ON e.id = due.event
  JOIN cases_outbox o ON 'case/' || o.case_id = e.stream AND o.seq = e.seq
  JOIN notifications_message m ON m.outbox_id = o.id
"""


class Delays(NamedTuple):
    """Milliseconds, one for each message."""

    committed: list[float]
    due: list[float]
    late: list[float]
    acts: int
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", type=float, default=50.0, help="acts a second (50)")
    parser.add_argument("--seconds", type=float, default=30.0, help="of one measurement (30)")
    parser.add_argument("--rounds", type=int, default=2, help="measurements of each way, in turns (2)")
    parser.add_argument("--clients", type=int, default=4, help="processes that act (4)")
    parser.add_argument("--ways", default=",".join(WAYS), help=f"which ones ({','.join(WAYS)})")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line for each way; a message that does not come ends the bench with an error."""
    from django.core.management import call_command

    chosen = [way for way in WAYS if way in arguments.ways.split(",")]
    with sandbox(redis=True, options=OPTIONS) as box, ExitStack() as stack:
        call_command("load_demo_city", verbosity=0)
        turns = arguments.rounds * len(chosen)
        spans = (WARM_SECONDS, arguments.seconds)
        shares = [load.cases_for(arguments.rate * span, arguments.clients) for span in spans]
        cases = iter(load.open_cases(turns * sum(shares)).items())
        telling = ways.Ways(box, stack)
        telling.settle()
        found: dict[str, list[Delays]] = {way: [] for way in chosen}
        for turn in range(turns):
            way = chosen[turn % len(chosen)]
            with telling.way(way):
                for span, share in zip(spans, shares, strict=True):  # the first warms up and does not count
                    acts = load.act(dict(islice(cases, share)), arguments.rate, span, arguments.clients)
                    telling.wait_until_told()
            found[way].append(_delays(box, acts, arguments.seconds))
        for way, rounds in found.items():
            yield _line(way, arguments, rounds, found.get("by_hand", []))


def _delays(box: Sandbox, acts: Sequence[load.Act], seconds: float) -> Delays:
    superuser = box.connect("postgres")
    try:
        with superuser.cursor() as cursor:
            cursor.execute(_DELAYS, [[act.event for act in acts], [act.due for act in acts]])
            rows = cursor.fetchall()
    finally:
        superuser.close()
    return Delays(
        [float(committed) for committed, _ in rows],
        [float(due) for _, due in rows],
        [(act.began - act.due) * 1000 for act in acts],
        len(acts),
        seconds,
    )


def _line(way: str, arguments: argparse.Namespace, rounds: Sequence[Delays], hand: Sequence[Delays]) -> dict[str, Any]:
    def middle(of: Sequence[Delays], share: float, figure: str) -> float:
        return round(statistics.median(quantile(getattr(each, figure), share) for each in of), 1)

    ratio = middle(rounds, 0.5, "committed") / middle(hand, 0.5, "committed") if hand else None
    return {
        "bench": "telling",
        "way": way,
        "rate": arguments.rate,
        "acts": sum(each.acts for each in rounds),
        "messages": sum(len(each.committed) for each in rounds),
        "p50_ms": middle(rounds, 0.5, "committed"),
        "p95_ms": middle(rounds, 0.95, "committed"),
        "max_ms": round(max(max(each.committed) for each in rounds), 1),
        "due_p50_ms": middle(rounds, 0.5, "due"),
        "due_p95_ms": middle(rounds, 0.95, "due"),
        "late_ms": middle(rounds, 0.95, "late"),
        "ratio": round(ratio, 2) if ratio else None,
        "load": round(os.getloadavg()[0], 1),
    }


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
