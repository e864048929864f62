"""`manage.py quote_tariff --json` as a process: one answer line for each line, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JANUARY = {
    "region": "320000", "price_class": "residential_tiered", "voltage": "lt1kv", "kwh": 35000,
    "cycle_from": "2021-01-01", "cycle_to": "2021-01-31", "year_to_date_kwh": 0,
}  # fmt: skip


def run(text: bytes, *options: str) -> list[str]:
    # An address that nobody answers: the command reads the price records and nothing else.
    nowhere = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}
    command = [sys.executable, "manage.py", "quote_tariff", *options]
    done = subprocess.run(command, input=text, capture_output=True, cwd=ROOT, env=nowhere, check=True, timeout=120)
    return done.stdout.decode().splitlines()


def test_every_line_has_its_answer_line() -> None:
    lines = [json.dumps(JANUARY).encode(), b"{broken", b"", b"\xff\xfe", json.dumps({**JANUARY, "kwh": -2}).encode()]
    found = [json.loads(line) for line in run(b"\n".join(lines), "--json")]
    assert [row.get("error", row.get("total")) for row in found] == [
        "27652.50", "bad_json", "bad_json", "bad_json", "negative_energy",
    ]  # fmt: skip


def test_without_json_it_speaks_plainly() -> None:
    first, second = run(json.dumps(JANUARY).encode() + b"\n[]\n")
    assert first.startswith("27652.50  tier1 2760×0.5283=1458.11")
    assert second == "not_an_object: 每行应为一个 JSON 对象。"
