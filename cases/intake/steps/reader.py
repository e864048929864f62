"""The rows of a batch one by one, with the columns and the mended cells that its people decided on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from cases.intake.feeds.reading import open_sheets
from cases.intake.lists.mapping import MappedSheet, Mapping
from cases.intake.lists.reading import Row
from cases.intake.lists.rows import ReadRow, Setting, read_row
from cases.intake.steps.columns import mapping_from, orders_from, sheets_from
from cases.models import ListBatch, ListMend
from cases.models.sealing import key_ring, mend_place

# By row, then by cell.
Mends = dict[int, dict[int, str]]


class FileRow(NamedTuple):
    """A data row as it stands in the file."""

    number: int
    sheet: int
    cells: Row


class ListReader:
    """Reads the rows of one batch; the same columns and mends give the same readings every time."""

    def __init__(self, batch: ListBatch, home: str) -> None:
        self.batch = batch
        sheets = range(len(batch.columns["sheets"]))
        self.mappings = [mapping_from(batch.columns, sheet) for sheet in sheets]
        self.settings = [Setting(home, batch.received_at, orders_from(batch.columns, sheet)) for sheet in sheets]
        self.mends = mends_of([batch.id]).get(batch.id, {})

    def rows(self, content: bytes, skip: int = 0) -> Iterator[FileRow]:
        """The data rows of the file behind the first `skip`."""
        return islice(self._rows(content), skip, None)

    def _sheets(self, content: bytes) -> list[MappedSheet]:
        kind = self.batch.kind
        return sheets_from(self.batch.columns, kind, open_sheets(kind, content))

    def _rows(self, content: bytes) -> Iterator[FileRow]:
        number = 0
        for index, sheet in enumerate(self._sheets(content)):
            if not sheet.mapping.columns:
                continue  # left out by a person
            for row in sheet.data_rows():
                number += 1
                yield FileRow(number, index, row)

    def read(self, row: FileRow) -> ReadRow:
        """Its reading: of the mended cells where there are any, beside the cells as they came."""
        mapping, setting = self.mappings[row.sheet], self.settings[row.sheet]
        read = read_mended(row.number, row.cells, mapping, setting, self.mends.get(row.number))
        if row.sheet:
            read.reading["sheet"] = row.sheet
        return read


def read_mended(number: int, cells: Row, mapping: Mapping, setting: Setting, mends: dict[int, str] | None) -> ReadRow:
    """Read a row with some cells set right; the reading says which, the cells stay as they came."""
    read = read_row(number, cells, mapping, setting)
    if not mends:
        return read
    raw = read.cells
    read = read_row(number, with_mends(cells, mends), mapping, setting)
    read.cells = raw
    fields = {column: name for name, column in mapping.columns.items()}
    read.notes += [("mended", {"field": fields[cell]}) for cell in sorted(mends) if cell in fields]
    return read


def with_mends(cells: Row, mends: dict[int, str]) -> Row:
    """The cells with the mended ones in their places; a short row grows as far as it has to."""
    longer = [*cells, *([""] * (max(mends) + 1 - len(cells)))]
    return [mends.get(at, cell) for at, cell in enumerate(longer)]


def mends_of(batches: Iterable[UUID], numbers: Iterable[int] | None = None) -> dict[UUID, Mends]:
    """The mended cells of these batches (and only these rows), the latest value of each."""
    found: dict[UUID, Mends] = defaultdict(dict)
    mends = ListMend.objects.filter(batch_id__in=list(batches)).order_by("id")
    if numbers is not None:
        mends = mends.filter(number__in=list(numbers))
    ring = key_ring()
    for batch_id, number, cell, sealed in mends.values_list("batch_id", "number", "cell", "sealed"):
        value = ring.open(sealed, mend_place(batch_id.bytes, number, cell)).decode()
        found[batch_id].setdefault(number, {})[cell] = value
    return dict(found)


def shown_cells(cells: list[Any], mends: dict[int, str] | None) -> list[Any]:
    """What a page shows of a row: the mended cells in place of the raw ones."""
    return with_mends(cells, mends) if mends else cells
