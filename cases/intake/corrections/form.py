"""What the file of problem rows and the corrected one have in common: the first columns, the cells, the mark of a row.

The mark says that a row is this row of this list: a number alone would as well fit the list of last month.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import orjson

from cases.intake.export import FORMULA, neutral
from cases.intake.lists.values import text_of
from cases.intake.steps.preview import file_row
from cases.models import ListMend, PreviewRow
from cases.models.sealing import key_ring, mend_place

NUMBER: Final = "行号"
MARK: Final = "行标识"
KEYS: Final = (NUMBER, MARK, "原因与办法")
# Below what a cell of a workbook holds, so that every cell comes back as it left.
LONGEST_CELL: Final = 32_000
# No vowels and no digits: a mark is never a word, and no spreadsheet takes it for a number.
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_MARK_LENGTH: Final = 8


def mark_of(row: PreviewRow) -> str:
    """Eight letters that another row, or the row of another list, does not have."""
    cells = orjson.dumps(file_row(row).cells).decode()
    left = int.from_bytes(key_ring().blind("correction", f"{row.batch_id}/{row.sheet}/{row.number}/{cells}"))
    letters = []
    for _ in range(_MARK_LENGTH):
        left, at = divmod(left, len(_LETTERS))
        letters.append(_LETTERS[at])
    return "".join(letters)


def written(cell: Any) -> str:
    """A cell as it stands in the file."""
    return neutral(cell)[:LONGEST_CELL]


def read_back(cell: Any) -> str:
    """A cell of the file to compare: line ends as one, for spreadsheets write them anew."""
    return text_of(cell).replace("\r\n", "\n").replace("\r", "\n")


def meant(text: str) -> str:
    """The value of a cell that was set right, without the guard against formulas."""
    return text[1:].strip() if text.startswith("'") and text[1:].startswith(FORMULA) else text


def header_of(headers: Iterable[Any]) -> list[str]:
    """The columns to compare; blank ones at the end say nothing."""
    found = [read_back(written(header)) for header in headers]
    while found and not found[-1]:
        found.pop()
    return found


def values_of(batch_id: UUID, numbers: Iterable[int]) -> dict[int, dict[int, list[str]]]:
    """Every value that a person has given to cells of these rows, by row and cell, the latest last."""
    found: dict[int, dict[int, list[str]]] = {}
    mends = ListMend.objects.filter(batch_id=batch_id, number__in=list(numbers)).order_by("id")
    ring = key_ring()
    for number, cell, sealed in mends.values_list("number", "cell", "sealed"):
        value = ring.open(sealed, mend_place(batch_id.bytes, number, cell)).decode()
        found.setdefault(number, {}).setdefault(cell, []).append(value)
    return found
