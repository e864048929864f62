"""The workload of the audit trail, small: it runs on a database of its own and prints one JSON object a line."""

import json
import subprocess
import sys
from pathlib import Path

from audit.models import Event

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_audit_workload_prints_a_line_for_each_way_and_touches_no_other_database(fresh_db: object) -> None:
    done = bench("audit", "--events", "300", "--rounds", "1", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [line["workload"] for line in lines] == [
        "chains",
        "chains_one_core",
        "chains_and_replay",
        "chains_and_replay_one_core",
        "chains_and_replay_2_workers",
        "sql_hashes_and_links",
    ]
    # 300 of the cases; 97 tell how 10 agencies, 30 accounts and 57 roles came to be.
    assert {line["events"] for line in lines} == {397}
    assert all(line["events_per_second"] > 0 for line in lines)
    assert not Event.objects.exists()


def test_the_help_lists_the_workloads_with_what_they_measure() -> None:
    done = bench("--help")
    assert done.returncode == 0
    assert "Verification of the audit trail" in done.stdout
    assert "every workload with its own defaults" in done.stdout


def test_an_unknown_workload_is_refused_with_the_list() -> None:
    done = bench("adit")
    assert done.returncode == 2
    assert "invalid choice: 'adit'" in done.stderr
