"""The pages people open most, whole: through every middleware, as HTML, beside the rows alone by hand.

`python -m bench pages --cases 100000 --json` seeds a throwaway database, logs people in through the login page and asks
for each page ROUNDS times in turn with its hand-written SQL. One object a page: p50 and p95 of the server's time in
milliseconds, the number of statements (the same each time, or the bench fails), the bytes of the page and of all it
loads at the first view, compressed as a web server sends them. `by_hand_ms` is the page's own rows without guards,
sight, words and HTML. With `--browser` also what a person waits for in Chromium, with an empty cache, at 1440 px and,
with a processor four times slower, at 375: milliseconds to the first byte, to the first and the largest paint (fcp,
lcp) and to the end of loading, those in which the page does not answer (tbt), how much of it shifts (cls), and the
weight of all that was really loaded, compressed.
"""

from __future__ import annotations

import argparse
import gzip
import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.listing.counting import counted
from bench.sandbox import sandbox

ROUNDS, WARM = 100, 5
STATIC = Path(__file__).resolve().parents[2] / "cases" / "static"
ASSET = re.compile(r'(?:href|src)="/static/(cases/[a-z.-]+)"')


class Asked(NamedTuple):
    """One page: who opens it, where it is, and the same rows by hand."""

    name: str
    who: str
    path: str
    by_hand: Callable[[], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=100_000, help="how many cases (100000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each page is opened ({ROUNDS})")
    parser.add_argument("--browser", action="store_true", help="also in Chromium, which has to be there")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a page."""
    from bench.listing.seed import seed

    with sandbox(redis=True) as box:
        superuser = box.connect("postgres")
        seed(superuser, arguments.cases)
        clients: dict[str, Any] = {}
        for asked in _pages(box, superuser):
            client = clients.get(asked.who) or clients.setdefault(asked.who, _log_in(asked.who, superuser))
            yield {"bench": "pages", "cases": arguments.cases} | _measure(asked, client, arguments.rounds)
        if arguments.browser:
            from bench.listing.opened import opened

            yield from opened([(asked.name, asked.who, asked.path) for asked in _pages(box, superuser)])
        superuser.close()


def _pages(box: Any, superuser: Any) -> Iterator[Asked]:
    from agencies.actors import find_actor
    from bench.listing.by_hand import Plain
    from bench.listing.workloads import HANDLER, PAGE, SUPERVISOR
    from config.embedded import OWNER_ROLE

    plain = Plain(box.connect(OWNER_ROLE), superuser)
    agency = find_actor(HANDLER).agency_ids[0]
    with superuser.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, c.number FROM cases_case c JOIN cases_caseagency a ON a.case_id = c.id
               WHERE a.agency_id = %s AND c.stage = 'suspension' ORDER BY c.id LIMIT 1""",
            [agency],
        )
        case, number = cursor.fetchone()
    yield Asked("workbench", HANDLER, "/", lambda: plain.tasks(agency, None, None, None, PAGE))
    yield Asked("tasks", HANDLER, "/tasks/", lambda: plain.tasks(agency, None, None, None, PAGE))
    yield Asked("cases", HANDLER, "/cases/", lambda: plain.cases(agency, None, None, PAGE))
    yield Asked("case", HANDLER, f"/cases/{number}/", lambda: plain.history(case))
    yield Asked("dashboard", SUPERVISOR, "/dashboard/", plain.stages)
    yield Asked("audit", SUPERVISOR, "/audit/", lambda: plain.latest(PAGE))


def _log_in(who: str, superuser: Any) -> Any:
    """A client of this person, whose password is set behind the guards: the seeded people have none."""
    from django.conf import settings
    from django.contrib.auth.hashers import make_password
    from django.test import Client

    superuser.autocommit = False
    with superuser, superuser.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE agencies_user DISABLE TRIGGER USER; ALTER TABLE agencies_password DISABLE TRIGGER USER"
        )
        hashed = make_password(settings.DEMO_PASSWORD)
        cursor.execute("UPDATE agencies_user SET password = %s WHERE username = %s RETURNING id", [hashed, who])
        cursor.execute(
            "INSERT INTO agencies_password (user_id, set_at, must_change) VALUES (%s, now(), false)", cursor.fetchone()
        )
    superuser.autocommit = True
    client = Client(SERVER_NAME="127.0.0.1")
    answer = client.post("/login/", {"username": who, "password": settings.DEMO_PASSWORD})
    if answer.status_code != 302:
        raise RuntimeError(f"{who} cannot log in: {answer.status_code}")
    return client


def _measure(asked: Asked, client: Any, rounds: int) -> dict[str, Any]:
    """The page and its rows by hand, in turn."""
    ours, raw, statements = [], [], set()
    body = b""
    for turn in range(WARM + rounds):
        body, took, sent = _open(client, asked.path)
        started = time.perf_counter()
        asked.by_hand()
        by_hand = (time.perf_counter() - started) * 1000
        if turn >= WARM:
            ours.append(took)
            raw.append(by_hand)
            statements.add(sent)
    if len(statements) != 1:
        raise RuntimeError(f"{asked.name}: the number of statements changes: {sorted(statements)}")
    p50, p50_raw = statistics.median(ours), statistics.median(raw)
    return {
        "page": asked.name,
        "p50_ms": round(p50, 1),
        "p95_ms": round(statistics.quantiles(ours, n=20)[-1], 1),
        "statements": statements.pop(),
        "by_hand_ms": round(p50_raw, 2),
        "ratio": round(p50 / p50_raw, 1),
        "html_kb": round(len(gzip.compress(body)) / 1024, 1),
        "first_view_kb": round((len(gzip.compress(body)) + _assets(body)) / 1024, 1),
    }


def _open(client: Any, path: str) -> tuple[bytes, float, int]:
    """What it answers, in how many milliseconds, with how many statements."""
    started = time.perf_counter()
    with counted() as counter:
        answer = client.get(path)
    took = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return answer.content, took, counter.n


def _assets(body: bytes) -> int:
    """Compressed bytes of the style sheets and scripts that a page names."""
    names = set(ASSET.findall(body.decode()))
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)
