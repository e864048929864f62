"""Which column is what: headers by known synonyms, with a confidence; title, unit and second header rows told apart.

A header is normalised (half-width, no blanks, no bracketed unit) and compared with the synonyms of the list's kind:
the same word gives 1.0, a synonym inside a longer header 0.8. A column is given to one field only, the surest first,
and never to one that is a lesser reading of its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cases.intake.lists.reading import Row, Sheet, is_blank
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.synonyms import KINDS, REQUIRED, SYNONYMS
from cases.intake.lists.values import text_of

HEADER_WITHIN = 20

_UNITS = re.compile(
    r"^(kwh|kva|kw|千瓦时|千伏安|千瓦|度|元|次|台|个|万千瓦时|元/千瓦时|th/s|gh/s|mh/s)$", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(\[【〔].*?[)\]】〕]|(?<=[^a-z_])/?(kwh|kva)$", re.IGNORECASE)
_TRIMMING = re.compile(r"^((合计|总计|小计)(?![\u4e00-\u9fff])|(填报人|填报单位|制表人?|审核人?|备注|注|说明):)")
# What a second header line adds must be a field's own word: a data row may hold the words of a header by chance.
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Mapping:
    """For each field its column and how sure that is; `headers` are the header cells as they stand."""

    kind: str
    columns: dict[str, int]
    confidence: dict[str, float]
    headers: tuple[str, ...]

    def cell(self, row: Row, field: str) -> str:
        """The text of the field's cell; empty where the list has no such column or the row is short."""
        column = self.columns.get(field)
        return text_of(row[column]) if column is not None and column < len(row) else ""


@dataclass(frozen=True, slots=True)
class MappedSheet:
    """A sheet that carries a list of the wanted kind, with the number of rows above its first data row."""

    sheet: Sheet
    mapping: Mapping
    skip: int

    def data_rows(self) -> Iterator[Row]:
        """Rows below the header: not blank, no sums, no repeated header, no signatures."""
        for row in islice(self.sheet.rows(), self.skip, None):
            if self.is_data(row):
                yield row

    def is_data(self, row: Row) -> bool:
        """Whether a row below the header is one of the list."""
        return not is_blank(row) and not self._is_trimming(row)

    def _is_trimming(self, row: Row) -> bool:
        kind = self.mapping.kind
        first, text = next((column, text) for column, cell in enumerate(row) if (text := text_of(cell)))
        required = [(self.mapping.columns[field], self.mapping.cell(row, field)) for field in REQUIRED[kind]]
        if _TRIMMING.match(text):
            return not any(cell for column, cell in required if column != first)
        return all(
            cell.lower() in SYNONYMS[kind][field] for field, (_, cell) in zip(REQUIRED[kind], required, strict=True)
        )


def normalise_header(text: str) -> str:
    """`源IP 地址（公网）` → `源ip地址`."""
    return _BRACKETED.sub("", re.sub(r"[\s:*]", "", text_of(text).lower()))


def map_header(kind: str, cells: Iterable[object]) -> Mapping:
    """The surest assignment of columns to fields, one column each."""
    headers = tuple(text_of(cell) for cell in cells)
    names = [normalise_header(header) for header in headers]
    candidates = [
        (-confidence, column, rank, field)
        for rank, (field, synonyms) in enumerate(SYNONYMS[kind].items())
        for column, name in enumerate(names)
        if (confidence := _confidence(name, synonyms))
    ]
    best: dict[int, float] = {}
    columns: dict[str, int] = {}
    sure: dict[str, float] = {}
    for negative, column, _rank, field in sorted(candidates):
        best.setdefault(column, negative)
        if field not in columns and column not in columns.values() and negative == best[column]:
            columns[field], sure[field] = column, -negative
    return Mapping(kind, columns, sure, headers)


def _confidence(name: str, synonyms: tuple[str, ...]) -> float:
    if not name or len(name) > 20:
        return 0.0
    if name in synonyms:
        # The first synonym is the field's own word: it wins over a looser one of another column.
        return 1.0 - 0.001 * synonyms.index(name)
    inside = [len(word) for word in synonyms if len(word) >= 2 and not word.isascii() and word in name]
    return 0.8 * max(inside) / len(name) if inside else 0.0


def find_lists(kind: str, sheets: list[Sheet]) -> list[MappedSheet]:
    """Every sheet whose first rows hold a header of this kind. Raises NotAList when there is none."""
    found = [mapped for sheet in sheets if (mapped := _find_header(kind, sheet))]
    looks = [other for mapped in found if (other := _better_kind(mapped))]
    fitting = [mapped for mapped in found if not _better_kind(mapped)]
    if looks and not fitting:
        raise NotAList("wrong_kind", kind=kind, looks=looks[0])
    if not found:
        wanted = "”“".join(SYNONYMS[kind][field][0].upper() for field in REQUIRED[kind])
        raise NotAList("no_header", kind=kind, wanted=wanted)
    return fitting


def _better_kind(mapped: MappedSheet) -> str | None:
    """The kind that knows more of the columns: every list with an address would pass for a list of tips."""
    known = {
        kind: len(other.mapping.columns)
        for kind in KINDS
        if kind != mapped.mapping.kind and (other := _find_header(kind, mapped.sheet))
    }
    best = max(known, key=known.__getitem__, default=None)
    return best if best is not None and known[best] > len(mapped.mapping.columns) else None


def _find_header(kind: str, sheet: Sheet) -> MappedSheet | None:
    head = list(islice(sheet.rows(), HEADER_WITHIN))
    best: tuple[float, int, Mapping] | None = None
    for index, row in enumerate(head):
        mapping = map_header(kind, row)
        score = sum(mapping.confidence.values())
        if _suffices(mapping) and (best is None or score > best[0]):
            best = (score, index, mapping)
    if best is None:
        return None
    _, index, mapping = best
    skip = index + 1
    if skip < len(head) and (second := _second_line(kind, mapping, head[skip])):
        mapping, skip = second, skip + 1
    while skip < len(head) and _is_unit_row(head[skip]):
        skip += 1
    return MappedSheet(sheet, mapping, skip)


def _suffices(mapping: Mapping) -> bool:
    return len(mapping.columns) >= 2 and all(field in mapping.columns for field in REQUIRED[mapping.kind])


def _second_line(kind: str, first: Mapping, row: Row) -> Mapping | None:
    """A header of two lines (`用电量` above `峰`, `谷`, `平`): joined per column, if that names more columns."""
    cells = [text_of(cell) for cell in row]
    if is_blank(row) or _is_unit_row(row) or any(any(char.isdigit() for char in cell) for cell in cells):
        return None
    above, joined = "", []
    for column in range(max(len(first.headers), len(cells))):
        top = first.headers[column] if column < len(first.headers) else ""
        # A merged cell leaves its text in its first column only.
        above = top or above
        below = cells[column] if column < len(cells) else ""
        joined.append(f"{below}{above}" if below else top)
    mapping = map_header(kind, joined)
    gained = [mapping.confidence[field] for field in mapping.columns.keys() - first.columns.keys()]
    return mapping if gained and min(gained) >= _SURE else None


def _is_unit_row(row: Row) -> bool:
    cells = [cell for cell in map(text_of, row) if cell]
    return bool(cells) and all(_UNITS.match(cell.strip("()")) for cell in cells)
