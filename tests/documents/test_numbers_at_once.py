"""Numbers drawn by several processes at once, on a database of their own: gapless, and none twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_four_processes_draw_numbers_without_a_gap_or_a_double_and_some_give_up() -> None:
    command = [sys.executable, "-m", "bench", "numbers", "--workers", "4", "--numbers", "220", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours, hand = (json.loads(line) for line in done.stdout.splitlines())
    assert (ours["numbers"], ours["gaps"], ours["doubles"], ours["texts_missing"]) == (220, 0, 0, 0)
    assert (ours["first"], ours["given_up"]) == (1, 4)
    assert hand["numbers"] == 220
