"""The weights of one site, counted on a list whose truth is known, beside those of the rules.

`python -m bench matching [--world DIR]`: reads the files of a list with its truth (the sample's by default) as an
import does, and counts for every comparison how often it comes out alike within one site (m) and between two (u), over
all pairs of rows that name the thing at all. The weights in `cases/policy/data/matching.toml` are more careful where a
made list knows less confusion than a real one: m is never 1 there, and u never 0.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import log2
from pathlib import Path
from typing import Any

from cases.intake.lists.mapping import find_lists
from cases.intake.lists.reading import open_list
from cases.intake.lists.rows import ReadRow, Setting, read_row
from cases.intake.sites.evidence import Evidence, evidence_of
from cases.policy.matching.weights import comparisons

WORLD = Path(__file__).resolve().parents[1] / "cases/data/samples/xuzhou-batch1"
FILES = {"trace": "trace-replies.csv", "grid": "grid-list.xlsx", "tips": "tips.csv"}
LISTED = "telecom-list-batch1.csv"
SETTING = Setting("3203", datetime(2021, 10, 12, tzinfo=UTC))
# What each comparison looks at; None: the row does not name it.
THINGS: dict[str, Callable[[Evidence], Any]] = {
    "broadband": lambda e: e.broadband,
    "meter": lambda e: e.meter,
    "flat": lambda e: e.door.value if e.door and e.door.flat else None,
    "door": lambda e: e.door.value if e.door and not e.door.flat else None,
    "township": lambda e: e.door.township if e.door else None,
    "holder": lambda e: e.holder,
    "phone": lambda e: e.phone,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--world", type=Path, default=WORLD, help="folder with the files of a list and truth.json")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a comparison."""
    items = list(known(arguments.world))
    for code, thing in THINGS.items():
        yield {"bench": "matching", "code": code, **counted([(site, thing(e)) for site, e in items]), **ruled(code)}


def known(world: Path) -> Iterator[tuple[int, Evidence]]:
    """Every row whose site is known, with its evidence; a reply has the site of the list row it is about."""
    truth = json.loads((world / "truth.json").read_text(encoding="utf-8"))
    sights = {
        evidence(row).sight: told["site"]
        for row, told in zip(rows(world, "telecom", LISTED), truth["telecom"], strict=True)
        if told.get("traced")
    }
    for kind, name in FILES.items():
        for number, row in enumerate(rows(world, kind, name)):
            found = evidence(row)
            site = sights.get(found.sight) if kind == "trace" else truth[kind][number]["site"]
            if site is not None:
                yield site, found


def rows(world: Path, kind: str, name: str) -> Iterator[ReadRow]:
    for sheet in find_lists(kind, open_list((world / name).read_bytes())):
        for number, row in enumerate(sheet.data_rows(), 1):
            yield read_row(number, row, sheet.mapping, SETTING)


def evidence(read: ReadRow) -> Evidence:
    """Keys without a secret: nothing of this is kept."""

    def blind(kind: str, value: str) -> bytes:
        return hashlib.sha256(f"{kind}|{value}".encode()).digest()[:16]

    return evidence_of(reading=read.reading, personal=read.personal, place=read.place, spot=read.spot, blind=blind)


def counted(items: list[tuple[int, Any]]) -> dict[str, Any]:
    """m, u and the weight, over all pairs of the rows that name the thing."""
    named = [(site, value) for site, value in items if value is not None]
    alike, same = pairs(value for _, value in named), pairs(site for site, _ in named)
    both, everything = pairs(named), len(named) * (len(named) - 1) // 2
    m = both / same if same else None
    u = (alike - both) / (everything - same) if everything > same else None
    return {"rows": len(named), "m": m, "u": u, "bits": round(log2(m / u), 2) if m and u else None}


def pairs(values: Any) -> int:
    """How many pairs of equal values there are."""
    return sum(n * (n - 1) // 2 for n in Counter(values).values())


def ruled(code: str) -> dict[str, Any]:
    return {"bits_of_the_rules": comparisons()[code].bits}
