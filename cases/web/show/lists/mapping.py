"""The page of the columns: each with its first cells, the field it was taken for and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from cases.intake.lists.fields import FIELDS
from cases.intake.lists.synonyms import REQUIRED, SYNONYMS
from cases.intake.lists.values import text_of
from cases.intake.masking import mask_cells
from cases.intake.receiving import is_own
from cases.intake.steps.mapping import LED, SheetAnswer, first_rows
from cases.models import ListBatch
from cases.selectors.precision.lists import cell_form, list_viewpoint
from cases.web.show.lists.steps import common
from cases.workflow.view import Text

SAMPLES: Final = 3
SURE: Final = 0.9
# Between these an official has to choose; the last leaves such dates unread.
ORDERS: Final = (
    ("mdy", Text("月/日/年", "month/day/year")),
    ("dmy", Text("日/月/年", "day/month/year")),
    ("unknown", Text("不能确定，按弱线索处理", "Not known: leave these rows weak")),
)


def answers_of(batch: ListBatch, form: QueryDict) -> list[SheetAnswer]:
    """What was chosen for each sheet: `s<sheet>c<column>` holds the field, `order-<sheet>-<field>` the order."""
    answers = []
    for at, one in enumerate(batch.columns.get("sheets", ())):
        columns: dict[str, int] = {}
        twice = False
        for column in range(len(one["headers"])):
            if name := form.get(f"s{at}c{column}", ""):
                twice |= name in columns
                columns.setdefault(name, column)
        orders = {name: str(form[f"order-{at}-{name}"]) for name in FIELDS if form.get(f"order-{at}-{name}")}
        answers.append(SheetAnswer(columns, orders, twice=twice))
    return answers


def mapping_context(
    actor: Actor, batch: ListBatch, *, typed: QueryDict | None = None, errors: Mapping[str, Text] | None = None
) -> dict[str, Any]:
    """The page; `typed` is what was sent and could not be taken, or was carried through a new log-in."""
    base = common(actor, batch)
    changes = base["may"] and batch.state in LED
    samples = _samples(actor, batch) if changes else {}
    answers = answers_of(batch, typed) if typed is not None else None
    sheets = [
        _sheet(batch, at, samples.get(at, []), answers[at] if answers else None, typed)
        for at in range(len(batch.columns.get("sheets", ())))
    ]
    return {
        **base,
        "changes": changes,
        "sheets": sheets,
        "several": len(sheets) > 1,
        "counted": _counted(sheets),
        "save": typed is None or bool(typed.get("save")),
        "errors": [{"anchor": name, "text": text} for name, text in (errors or {}).items()],
        "rows_shown": sum(len(rows) for rows in samples.values()),
    }


def _samples(actor: Actor, batch: ListBatch) -> dict[int, list[list[str]]]:
    """The first rows of each sheet, in clear for the sender."""
    own, viewpoint = is_own(actor, batch), list_viewpoint(actor, batch.agency_id, get_directory())
    found = {}
    for at, rows in enumerate(first_rows(batch, SAMPLES)):
        columns = batch.columns["sheets"][at]["columns"]
        found[at] = [
            [text_of(cell) for cell in row]
            if own
            else mask_cells(row, columns, lambda name: cell_form(name, batch.kind, viewpoint, batch.agency_id))
            for row in rows
        ]
    return found


def _sheet(
    batch: ListBatch, at: int, rows: list[list[str]], answer: SheetAnswer | None, typed: QueryDict | None
) -> dict[str, Any]:
    one = batch.columns["sheets"][at]
    columns = answer.columns if answer else one["columns"]
    fields = {column: name for name, column in columns.items()}
    return {
        "no": at,
        "name": one["name"],
        "known": one.get("known", False),
        "columns": [
            _column(batch.kind, one, column, header, [row[column] for row in rows if column < len(row)], fields)
            for column, header in enumerate(one["headers"])
        ],
        "questions": [
            {
                "name": name,
                "anchor": f"order-{at}-{name}",
                "header": one["headers"][one["columns"][name]],
                "examples": asked["examples"],
                "mixed": asked["mixed"],
                "choices": [
                    {"value": value, "label": label, "chosen": value == _chosen(one, at, name, typed)}
                    for value, label in ORDERS
                ],
            }
            for name, asked in sorted(one.get("asked", {}).items(), key=lambda pair: one["columns"].get(pair[0], 0))
        ],
    }


def _chosen(one: Mapping[str, Any], at: int, name: str, typed: QueryDict | None) -> str:
    sent = typed.get(f"order-{at}-{name}", "") if typed is not None else ""
    return sent or one["orders"].get(name, "")


def _column(
    kind: str, one: Mapping[str, Any], column: int, header: str, cells: list[str], fields: Mapping[int, str]
) -> dict[str, Any]:
    name = fields.get(column, "")
    sure = one["confidence"].get(name, 0.0) if one["columns"].get(name) == column else 1.0
    return {
        "no": column,
        "header": header or gettext("（无列名）"),
        "cells": " / ".join(cell or "--" for cell in cells),
        "label": FIELDS[name] if name else "",
        "options": [
            {"value": each, "label": FIELDS[each], "needed": each in REQUIRED[kind], "chosen": each == name}
            for each in SYNONYMS[kind]
        ],
        "state": ("auto" if sure >= SURE else "check") if name else "none",
        "sure": round(100 * sure) if name else 0,
    }


def _counted(sheets: list[dict[str, Any]]) -> dict[str, int]:
    states = [column["state"] for sheet in sheets for column in sheet["columns"]]
    return {state: states.count(state) for state in ("auto", "check", "none")}
