"""A monitoring list to cases, events and tasks, beside COPY and set SQL by hand into tables of the same shape.

`python -m bench import --rows 100000 --json`: a list of N rows (address, port, pool, first and last seen, operator,
installed address, holder, meter, kWh; one row in ten repeats an earlier one, one in ten is another sight of an earlier
meter) is made from a fixed seed, imported by the product, and loaded by hand in the same run, on the same server.
By hand means: no gates, no sealing, no reading of addresses and times, no fates but the repeats.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import resource
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from bench.sandbox import sandbox

HEADER = (
    *("源IP地址", "源端口", "矿池域名", "首次发现时间", "最近发现时间"),
    *("运营商", "用电地址", "户名", "户号", "用电量"),
)
COUNTIES = ("云龙区", "泉山区", "鼓楼区", "铜山区", "贾汪区", "丰县", "沛县", "睢宁县", "新沂市", "邳州市")
ROADS = ("和平路", "人民路", "建国西路", "淮海东路", "中山北路", "解放南路", "矿山路", "迎宾大道")
SURNAMES, NAMES = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
POOLS = tuple(f"pool{number}.example" for number in range(40))
START = datetime(2026, 9, 1, tzinfo=timezone(timedelta(hours=8)))
REPEATED, SEEN_AGAIN = 0.1, 0.1

# The yardstick: what a careful person would write in SQL for the same outcome in plain tables with the same indexes.
TABLES = """
    CREATE TABLE raw_case (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, meter text NOT NULL UNIQUE, title text,
        region text, stage text, head bytea, opened_at timestamptz);
    CREATE INDEX ON raw_case (region, stage, id); CREATE INDEX ON raw_case (opened_at);
    CREATE TABLE raw_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES raw_case,
        identity text NOT NULL UNIQUE, raw jsonb, seen timestamptz);
    CREATE INDEX ON raw_row (case_id);
    CREATE TABLE raw_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES raw_case,
        seq int, body bytea, leaf bytea, UNIQUE (case_id, seq));
    CREATE INDEX ON raw_event (case_id, id);
    CREATE TABLE raw_task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES raw_case,
        kind text, agency int, state text, due_at timestamptz);
    CREATE INDEX ON raw_task (agency, due_at, id) WHERE state = 'open'; CREATE INDEX ON raw_task (case_id);
"""
STAGING = """
    CREATE TEMP TABLE staging (n bigint GENERATED ALWAYS AS IDENTITY, ip text, port int, pool text, first timestamptz,
        last timestamptz, operator text, address text, holder text, meter text, kwh numeric) ON COMMIT DROP
"""
BY_HAND = """
    CREATE TEMP TABLE fresh ON COMMIT DROP AS
        SELECT DISTINCT ON (ip, port, first::date, pool) *, concat_ws('|', ip, port, first::date, pool) AS identity
        FROM staging ORDER BY ip, port, first::date, pool, n;
    INSERT INTO raw_case (meter, title, region, stage, opened_at)
        SELECT DISTINCT ON (meter) meter, left(address, 3) || ' 居民用户', left(address, 3), 'monitoring', now()
        FROM fresh ORDER BY meter, n ON CONFLICT DO NOTHING;
    INSERT INTO raw_row (case_id, identity, raw, seen)
        SELECT c.id, f.identity, to_jsonb(f), f.first FROM fresh f JOIN raw_case c USING (meter)
        ON CONFLICT DO NOTHING;
    INSERT INTO raw_event (case_id, seq, body, leaf)
        SELECT case_id, seq, body, sha256('\\x00'::bytea || body) FROM (
            SELECT r.case_id, row_number() OVER (PARTITION BY r.case_id ORDER BY r.id) AS seq,
                   convert_to(jsonb_build_object('case', r.case_id, 'at', now(), 'action', 'open_case', 'row', r.id,
                       'set', jsonb_build_object('signals', jsonb_build_object('traffic', 1)))::text, 'UTF8') AS body
            FROM raw_row r) x;
    INSERT INTO raw_task (case_id, kind, agency, state, due_at)
        SELECT id, 'triage', 1, 'open', now() + interval '3 days' FROM raw_case;
    UPDATE raw_case c SET head = e.leaf FROM raw_event e
        WHERE e.case_id = c.id AND e.seq = (SELECT max(seq) FROM raw_event x WHERE x.case_id = c.id);
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the list (100000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line: rows a second of both ways and their ratio, cases, events, peak memory."""
    rows = make_rows(arguments.rows)
    content = as_csv(rows)
    with sandbox() as box:
        # By hand first: whatever the server has warmed up helps the product's rival, not the product.
        superuser = box.connect("postgres")
        hand = by_hand(superuser, rows)
        ours, outcome = by_product(content)
        with superuser.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM cases_case),"
                " (SELECT count(*) FROM audit_event WHERE stream LIKE 'case/%')"
            )
            cases, events = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM raw_case")
            cases_by_hand = cursor.fetchone()[0]
        superuser.close()
    yield {
        "bench": "import",
        "rows": arguments.rows,
        "seconds": round(ours, 2),
        "rows_per_s": round(arguments.rows / ours),
        "by_hand_seconds": round(hand, 2),
        "by_hand_rows_per_s": round(arguments.rows / hand),
        "ratio": round(ours / hand, 2),
        "cases": cases,
        "cases_by_hand": cases_by_hand,
        "events": events,
        "fates": outcome.fates,
        "effects": outcome.effects,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def make_rows(count: int) -> list[tuple[str, ...]]:
    """The same list for the same count, from a fixed seed."""
    chance = random.Random(20211012)
    rows: list[tuple[str, ...]] = []
    for number in range(count):
        lot = chance.random()
        if rows and lot < REPEATED:
            rows.append(chance.choice(rows))
        elif rows and lot < REPEATED + SEEN_AGAIN:
            rows.append((*_sight(chance), *chance.choice(rows)[5:]))
        else:
            rows.append((*_sight(chance), *_household(chance, number)))
    return rows


def _sight(chance: random.Random) -> tuple[str, ...]:
    first = START + timedelta(minutes=chance.randrange(60_000))
    last = first + timedelta(minutes=chance.randrange(1, 3000))
    ip = f"121.233.{chance.randrange(128)}.{chance.randrange(1, 255)}"  # a prefix of Xuzhou
    port, pool = str(chance.randrange(1024, 65536)), chance.choice(POOLS)
    return ip, port, pool, f"{first:%Y-%m-%d %H:%M}", f"{last:%Y-%m-%d %H:%M}"


def _household(chance: random.Random, number: int) -> tuple[str, ...]:
    house = f"{chance.choice(ROADS)}{number // 97 + 1}号{number % 40 + 1}号楼{chance.randrange(1, 5)}单元{number}室"
    holder = chance.choice(SURNAMES) + chance.choice(NAMES) + chance.choice(NAMES)
    operator, kwh = chance.choice(("电信", "联通", "移动")), f"{chance.uniform(300, 40_000):.2f}"
    return operator, chance.choice(COUNTIES) + house, holder, f"3203{number:09d}", kwh


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def by_hand(connection: Any, rows: list[tuple[str, ...]]) -> float:
    """Seconds of COPY and set SQL."""
    with connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
    started = time.monotonic()
    with connection, connection.cursor() as cursor:
        cursor.execute(STAGING)
        names = "ip, port, pool, first, last, operator, address, holder, meter, kwh"
        text = io.StringIO("".join("\t".join(row) + "\n" for row in rows))
        cursor.copy_expert(f"COPY staging ({names}) FROM STDIN", text)
        cursor.execute(BY_HAND)
    return time.monotonic() - started


def by_product(content: bytes) -> tuple[float, Any]:
    """Seconds from the bytes of the file to the last commit."""
    from django.conf import settings
    from django.core.management import call_command

    from agencies.actors import system_actor
    from agencies.directory import get_directory
    from audit import clock
    from cases.intake.receiving import find_agency
    from cases.intake.services import import_file

    settings.OUTBOX_TASK = ""  # no broker here to ring
    call_command("load_demo_city", verbosity=0, stdout=io.StringIO())
    started = time.monotonic()
    summary = import_file(
        actor=system_actor(),
        content=content,
        filename="list.csv",
        kind="telecom",
        agency=find_agency("telecom_bureau", get_directory()),
        batch_name="bench",
        now=clock.now(),
    )
    return time.monotonic() - started, summary
