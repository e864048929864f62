"""The columns of a list as its batch keeps them: found by their words, corrected by a person, the order of their dates.

{"sheets": [{"name", "index", "skip", "kind", "columns", "confidence", "headers", "known",
             "from_1904": its serial days count from then, "clocked": [fields], "orders": {field: "dmy" | "mdy"},
             "asked": {field: {"examples": [...], "mixed": bool}}}],
 "hidden": [names of sheets that were not read]}
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any

from cases.intake.lists.fields import DATES
from cases.intake.lists.mapping import MappedSheet, Mapping, find_lists
from cases.intake.lists.reading import Sheet
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.values import DayOrder, is_ambiguous, is_clocked, proved_order

EXAMPLES = 3


@dataclass(slots=True)
class DateColumn:
    """What the short dates of one column prove about their order, and those that could be two days."""

    proved: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)
    clocked: bool = False

    def take(self, text: str) -> None:
        """One more value of the column."""
        self.clocked = self.clocked or is_clocked(text)
        if order := proved_order(text):
            self.proved.add(order)
        elif len(self.examples) < EXAMPLES and is_ambiguous(text) and text not in self.examples:
            self.examples.append(text)


@dataclass(slots=True)
class Survey:
    """A sheet read once for what holds for all of it."""

    rows: int = 0
    dates: dict[str, DateColumn] = field(default_factory=dict)

    @property
    def orders(self) -> dict[str, str]:
        """Proved by other values of the same column; where they prove both, neither is."""
        return {name: next(iter(found.proved)) for name, found in self.dates.items() if len(found.proved) == 1}

    @property
    def asked(self) -> dict[str, dict[str, Any]]:
        """Columns whose order a person has to tell."""
        return {
            name: {"examples": found.examples, "mixed": len(found.proved) > 1}
            for name, found in self.dates.items()
            if found.examples and len(found.proved) != 1
        }


def survey(mapped: MappedSheet) -> Survey:
    """Count the data rows and look at the dates."""
    found = Survey(dates={name: DateColumn() for name in DATES if name in mapped.mapping.columns})
    for row in mapped.data_rows():
        found.rows += 1
        for name, column in found.dates.items():
            column.take(mapped.mapping.cell(row, name))
    return found


def kept(mapped: MappedSheet, surveyed: Survey, answers: Dictionary[str, str]) -> dict[str, Any]:
    """One sheet for the batch. `answers`: what a person has said about dates that prove nothing by themselves."""
    mapping = mapped.mapping
    told = {name: order for name, order in answers.items() if name in surveyed.asked}
    return {
        "name": mapped.sheet.name,
        "index": mapped.index,
        "skip": mapped.skip,
        "kind": mapping.kind,
        "columns": mapping.columns,
        "confidence": {name: round(value, 3) for name, value in mapping.confidence.items()},
        "headers": list(mapping.headers),
        "known": mapped.known,
        "from_1904": mapped.sheet.from_1904,
        "clocked": [name for name, column in surveyed.dates.items() if column.clocked],
        "orders": surveyed.orders | told,
        "asked": surveyed.asked,
    }


def columns_of(sheets: Iterable[dict[str, Any]], hidden: Iterable[str]) -> dict[str, Any]:
    """How a list was read, as its batch keeps it."""
    return {"sheets": list(sheets), "hidden": list(hidden)}


def mapping_from(columns: dict[str, Any], sheet: int) -> Mapping:
    """The columns of a sheet, which a person may have corrected."""
    held = columns["sheets"][sheet]
    headers = tuple(held["headers"])
    clocked = frozenset(held.get("clocked", ()))
    return Mapping(held["kind"], held["columns"], held["confidence"], headers, held.get("from_1904", False), clocked)


def orders_from(columns: dict[str, Any], sheet: int) -> dict[str, DayOrder]:
    """The order of day and month by field; a batch of an earlier release has one for the whole list."""
    held = columns["sheets"][sheet]
    if "orders" in held:
        return dict(held["orders"])
    return dict.fromkeys(DATES, columns.get("order"))


def sheets_from(columns: dict[str, Any], kind: str, sheets: list[Sheet]) -> list[MappedSheet]:
    """The sheets of a file as its batch says that they are to be read."""
    held = columns["sheets"]
    if any("skip" not in one for one in held):
        return find_lists(kind, sheets)
    if any(one["index"] >= len(sheets) for one in held):
        raise NotAList("no_header", kind=kind, wanted="")
    return [
        MappedSheet(sheets[one["index"]], mapping_from(columns, at), one["skip"], one["index"], one["known"])
        for at, one in enumerate(held)
    ]
