"""The page of a case as its reader gets it, among many: ordinary, with a long history, of a past day, and its dossier.

`python -m bench casepage --cases 100000 --json` seeds a throwaway database with sites and personal records beside the
cases, and asks through the whole stack (session, guards, template). One object a page: p50 and p95 in milliseconds,
the number of statements, and the weight of the answer as it is sent (gzip).
"""

from __future__ import annotations

import argparse
import gzip
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from bench.listing.counting import counted
from bench.listing.seed import seed
from bench.listing.workloads import HANDLER
from bench.sandbox import sandbox
from cases.policy.dated import CHINA

COMMENTS, FILES = 300, 40
# What an import leaves beside each case: a site with keys, and personal values; some shared with other cases.
_BESIDE = (
    "SET session_replication_role = replica",
    """INSERT INTO cases_site (id, case_id, region_code, subject, located, created_at)
        SELECT gen_random_uuid(), id, region_code, 'unknown', true, opened_at FROM cases_case""",
    """INSERT INTO cases_sitekey (site_id, kind, value, flat, created_at)
        SELECT s.id, k.kind, CASE WHEN k.kind = 'lead' THEN decode(md5(k.kind || (s.n / 4)), 'hex')
            ELSE decode(md5(k.kind || s.id), 'hex') END, false, s.created_at
        FROM (SELECT *, row_number() OVER () AS n FROM cases_site) s,
        (VALUES ('meter'), ('door'), ('lead'), ('phone')) AS k (kind)""",
    """INSERT INTO cases_personalrecord (id, case_id, field, source, sealed, key_id, blind, protected, created_at)
        SELECT gen_random_uuid(), c.id, f.field, 'grid', '\\x00', 'none', decode(md5(f.field || (c.n / 3)), 'hex'),
            false, now() FROM (SELECT id, row_number() OVER () AS n FROM cases_case) c,
        (VALUES ('broadband')) AS f (field)""",
    "SET session_replication_role = DEFAULT",
    "ANALYZE",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=100_000, help="how many cases (100000)")
    parser.add_argument("--rounds", type=int, default=60, help="how often each page is asked (60)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    with sandbox(redis=True) as box:
        superuser = box.connect("postgres")
        superuser.autocommit = True
        seed(superuser, arguments.cases)
        plain = superuser.cursor()
        for statement in _BESIDE:
            plain.execute(statement)
        for name, address, rounds in _pages(plain, arguments.rounds):
            yield {"bench": "casepage", "cases": arguments.cases, "page": name} | _measured(address, rounds)
        superuser.close()


def _pages(plain: Any, rounds: int) -> Iterator[tuple[str, Callable[[], str], int]]:
    from agencies.actors import find_actor

    handler = find_actor(HANDLER)
    plain.execute(
        """SELECT c.number, c.id::text FROM cases_case c JOIN cases_caseagency a ON a.case_id = c.id
        WHERE c.lead_agency_id = %s AND a.agency_id = c.lead_agency_id AND c.confidentiality = 'ordinary'
            AND c.stage = 'verification' ORDER BY c.id LIMIT 2000""",
        [handler.agency_ids[0]],
    )
    found = plain.fetchall()
    # The sealed values above are no ciphertexts: the measured cases have none to be opened.
    plain.execute("DELETE FROM cases_personalrecord WHERE case_id = ANY(%s::uuid[])", [[row[1] for row in found]])
    turn = random.Random(3)
    long = found[0]
    yield "ordinary", lambda: f"/cases/{turn.choice(found)[0]}/", rounds
    _grown(handler, long[1])
    day = datetime.now(CHINA).date() - timedelta(days=1)
    yield "long history", lambda: f"/cases/{long[0]}/", rounds
    yield "whole history", lambda: f"/cases/{long[0]}/history/", rounds
    yield "past day", lambda: f"/cases/{turn.choice(found)[0]}/past/?on={day}", rounds
    yield "dossier of a long history", lambda: f"/cases/{long[0]}/dossier.pdf", max(5, rounds // 10)


def _grown(handler: Any, case: str) -> None:
    """Three hundred notes and forty files of 200 kB."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from agencies.sight import seeing
    from audit import clock
    from cases.documents.attachments import store_attachment
    from cases.workflow.engine import perform

    def act(action: str, **data: Any) -> None:
        perform(
            case_id=case, action=action, actor=handler, data=data, expected_version=None, idempotency_key=None,
            now=clock.now(),
        )  # fmt: skip

    with seeing(handler):
        for n in range(FILES):
            upload = SimpleUploadedFile(f"材料{n}.pdf", b"%PDF-1.7 " + bytes([65 + n % 26]) * 200_000)
            file = store_attachment(actor=handler, case_id=case, kind="document", upload=upload, now=clock.now())
            act("attach_document", attachments=[file], paper="other")
        for n in range(COMMENTS):
            act("comment", comment=f"第{n}次走访")


def _measured(address: Callable[[], str], rounds: int) -> dict[str, Any]:
    from django.core.cache import cache
    from django.test import Client

    from agencies.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username=HANDLER))
    client.get(address())
    with counted() as statements:
        answer = client.get(address())
    if answer.status_code != 200:
        raise RuntimeError(f"{address()} answered {answer.status_code}")
    took = []
    for _ in range(rounds):
        where = address()
        cache.clear()  # of how often somebody exports
        started = time.perf_counter()
        client.get(where)
        took.append((time.perf_counter() - started) * 1000)
    return {
        "queries": statements.n,
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
        "gzip_kb": round(len(gzip.compress(answer.content)) / 1024, 1),
    }
