"""The sample batch and its truth, and the score of one imported world: what the tests of intake share."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from agencies.actors import system_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake.ledger.names import find_batch
from cases.intake.ledger.statement import Stated
from cases.intake.receiving import UNSTATED, find_agency
from cases.intake.selectors import row_results
from cases.intake.services import BatchSummary, import_file

SAMPLE = Path(__file__).resolve().parents[2] / "cases/data/samples/xuzhou-batch1"
TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
FILES = {
    "telecom": "telecom-list-batch1.csv",
    "trace": "trace-replies.csv",
    "grid": "grid-list.xlsx",
    "tips": "tips.csv",
}
AGENCIES = {
    "telecom": "telecom_bureau",
    "trace": "telecom_bureau",
    "grid": "grid_company",
    "tips": "development_commission",
}


def content_of(kind: str) -> bytes:
    return (SAMPLE / FILES[kind]).read_bytes()


def bring(
    kind: str, content: bytes | None = None, *, name: str = "", agency: str = "", stated: Stated = UNSTATED
) -> BatchSummary:
    """Import a list as the system actor; the sample's own file unless another content is given."""
    return import_file(
        actor=system_actor(),
        content=content_of(kind) if content is None else content,
        filename=FILES[kind],
        kind=kind,
        agency=find_agency(agency or AGENCIES[kind], get_directory()),
        batch_name=name or kind,
        now=clock.now(),
        stated=stated,
    )


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return buffer.getvalue()


def rows_of(name: str) -> list[dict[str, Any]]:
    batch = find_batch(name)
    assert batch is not None
    return list(row_results(batch.id))


def partition(rows: dict[str, list[dict[str, Any]]]) -> set[frozenset[tuple[str, int]]]:
    """Which rows of the lists are together, traced or not, whatever the numbers of their cases."""
    parts: dict[str, set[tuple[str, int]]] = {}
    for kind in ("telecom", "grid", "tips"):
        for row in rows[kind]:
            if row["case"]:
                parts.setdefault(row["case"], set()).add((kind, row["row"]))
    return set(map(frozenset, parts.values()))


class Score(NamedTuple):
    """Pairwise precision and recall of "these rows are one site"."""

    precision: float
    recall: float


def score(rows: dict[str, list[dict[str, Any]]]) -> Score:
    """Over the rows whose site can be told: traced telecom rows, grid rows of real sites, tips."""
    items: list[tuple[int, str]] = []
    for kind in ("telecom", "grid", "tips"):
        for number, (truth, row) in enumerate(zip(TRUTH[kind], rows[kind], strict=True)):
            told = truth.get("traced") if kind == "telecom" else truth["site"] is not None
            if told:
                items.append((truth["site"], row["case"] or f"{kind}-{number}"))
    both = _pairs(items)
    return Score(both / _pairs(case for _, case in items), both / _pairs(site for site, _ in items))


def _pairs(values: Iterable[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(values).values())
