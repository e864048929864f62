"""How well lists are read that nobody has seen: refusals by reason, and which rows are one site, against the truth.

`python -m bench worlds --sites 1500 --json`: the sample batch and four generated cities (see bench/worlds), each with a
list of the bureau, the carriers' replies, the grid's and tips, in styles of their own. One line a world: fates that
differ, precision and recall of every refusal, of "these rows are one site" by pairs, B-cubed F1, what an officer is
asked and how often it is one site, and rows/s.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Iterator
from typing import Any

from bench.sandbox import sandbox
from bench.worlds.asked import asked
from bench.worlds.catalogue import WORLDS, make_world
from bench.worlds.geography import ROOT
from bench.worlds.importing import import_lists, import_world
from bench.worlds.score import score

SAMPLE = ROOT / "cases" / "data" / "samples" / "xuzhou-batch1"
FILES = {
    "telecom": "telecom-list-batch1.csv",
    "trace": "trace-replies.csv",
    "grid": "grid-list.xlsx",
    "tips": "tips.csv",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sites", type=int, default=1500, help="sites of each generated city (1500)")
    parser.add_argument("--seed", type=int, default=20211012, help="of the generated cities (20211012)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a world. All cities share one database, as those of a province do."""
    with sandbox():
        from django.conf import settings
        from django.core.management import call_command

        settings.OUTBOX_TASK = ""  # no broker here to ring
        call_command("load_demo_city", verbosity=0, stdout=io.StringIO())
        yield _sample()
        for code in WORLDS:
            world = make_world(code, sites=arguments.sites, seed=arguments.seed)
            started = time.monotonic()
            rows = import_world(world)
            yield _line(code, world.truth, rows, time.monotonic() - started)


def _sample() -> dict[str, Any]:
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    content = {kind: (SAMPLE / name).read_bytes() for kind, name in FILES.items()}
    started = time.monotonic()
    return _line("xuzhou-batch1", truth, import_lists("3203", content, FILES), time.monotonic() - started)


def _line(name: str, truth: dict[str, Any], rows: dict[str, Any], seconds: float) -> dict[str, Any]:
    every = sum(map(len, rows.values()))
    return {
        "bench": "worlds",
        "world": name,
        "sites": len(truth["sites"]),
        **score(truth, rows).as_dict(),
        "asked": asked(truth, rows),
        "rows_per_s": round(every / seconds),
    }
