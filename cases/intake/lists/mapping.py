"""Which column is what: headers by known synonyms, with a confidence; title, unit and second header rows told apart.

A header is normalised (half-width, no blanks, no bracketed unit) and compared with the synonyms of the list's kind:
the same word gives 1.0, a synonym inside a longer header 0.8. A column is given to one field only, the surest first,
and never to one that is a lesser reading of its header. A header that a person has mapped before (`Known`) is mapped
that way, whatever its words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from itertools import islice

from cases.intake.lists.fields import TIMES
from cases.intake.lists.reading import Row, Sheet, is_blank
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.synonyms import KINDS, REQUIRED, SYNONYMS
from cases.intake.lists.values import at_midnight, since_1904, text_of, typed
from cases.intake.lists.wordings import WORDINGS

HEADER_WITHIN = 20

_UNITS = re.compile(
    r"^(kwh|kva|kw|千瓦时|千伏安|千瓦|度|元|次|台|个|万千瓦时|元/千瓦时|th/s|gh/s|mh/s)$", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(\[【〔].*?[)\]】〕]|(?<=[^a-z_])/?(kwh|kva)$", re.IGNORECASE)
# What joins the words of a header, differently from one office to the next.
_JOINTS = re.compile(r"[-_./#、]")
_TRIMMING = re.compile(
    r"^((合计|总计|小计|累计|共计|总数)(?![\u4e00-\u9fff])|((填[报表]|制表|编制|报送|审核|复核|审批|经办|负责|联系)人?|(填报|报送|制表)"
    r"(单位|部门|日期|时间)|(单位|部门)?负责人|分管领导|(打印|统计|导出)(日期|时间)|(联系)?电话|数据来源|盖章|签章|签字|备注|注|说明):)"
)
# What makes a row that begins like a sum or a signature one of the list after all.
_OWN = {"ip": re.compile(r"[.:]|\d{7}"), "meter": re.compile(r"\d{7}"), "broadband": re.compile(r"\d{7}|@")}
# What a second header line adds must be a field's own word: a data row may hold the words of a header by chance.
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Mapping:
    """For each field its column and how sure that is; `headers` are the header cells as they stand.

    `from_1904`: bare numbers in columns of times count the days from then. `clocked`: columns whose serial days have
    fractions, so that a whole one is midnight and no date alone.
    """

    kind: str
    columns: dict[str, int]
    confidence: dict[str, float]
    headers: tuple[str, ...]
    from_1904: bool = False
    clocked: frozenset[str] = frozenset()

    def cell(self, row: Row, field: str) -> str:
        """The text of the field's cell; empty where the list has no such column or the row is short."""
        column = self.columns.get(field)
        text = typed(row[column]) if column is not None and column < len(row) else ""
        text = since_1904(text) if self.from_1904 and field in TIMES else text
        return at_midnight(text) if field in self.clocked else text


# How a person mapped a header before: columns by field, by the signature of the header.
Known = Dictionary[str, Dictionary[str, int]]


@dataclass(frozen=True, slots=True)
class MappedSheet:
    """A sheet that carries a list of the wanted kind, with the number of rows above its first data row.

    `index` is its place in the file; `known`: a person has mapped this header before.
    """

    sheet: Sheet
    mapping: Mapping
    skip: int
    index: int = 0
    known: bool = False

    def data_rows(self) -> Iterator[Row]:
        """Rows below the header: not blank, no sums, no repeated header, no signatures."""
        for row in islice(self.sheet.rows(), self.skip, None):
            if self.is_data(row):
                yield row

    def is_data(self, row: Row) -> bool:
        """Whether a row below the header is one of the list."""
        return bool(self.sheet.heads) or (not is_blank(row) and not self._is_trimming(row))

    def _is_trimming(self, row: Row) -> bool:
        kind = self.mapping.kind
        first, text = next((column, text) for column, cell in enumerate(row) if (text := text_of(cell)))
        columns = self.mapping.columns
        required = {field: self.mapping.cell(row, field) for field in REQUIRED[kind] if field in columns}
        if _TRIMMING.match(re.sub(r"\s", "", text)):
            fields = {*REQUIRED[kind], *_OWN, "address"} & columns.keys()
            return not any(columns[f] != first and _is_own(f, self.mapping.cell(row, f)) for f in fields)
        return bool(required) and all(normalise_header(cell) in _WORDS[kind][field] for field, cell in required.items())


def _is_own(field: str, cell: str) -> bool:
    """Whether a cell that a row must have holds something of its own: a number of rows in its place is nothing."""
    if field in _OWN:
        return bool(_OWN[field].search(cell)) and not _TRIMMING.match(cell)
    return bool(cell) and not cell.isdecimal() and not _TRIMMING.match(re.sub(r"\s", "", cell))


def signature(headers: Sequence[str]) -> str:
    """What a header is known by the next time: its words in their order, however they are spaced or bracketed."""
    return hashlib.sha256(
        "\x1f".join(normalise_header(header) for header in headers).rstrip("\x1f").encode()
    ).hexdigest()


def normalise_header(text: str) -> str:
    """`源IP 地址（公网）` → `源ip地址`; `Source IP`, `source_ip` and `Source-IP` → `sourceip`."""
    return _JOINTS.sub("", _BRACKETED.sub("", re.sub(r"[\s:*]", "", text_of(text).lower())))


# The words as headers are compared with them, the field's own word first.
_WORDS = {
    kind: {
        field: tuple(map(normalise_header, (*words, *WORDINGS[kind].get(field, "").split())))
        for field, words in fields.items()
    }
    for kind, fields in SYNONYMS.items()
}


def map_header(kind: str, cells: Iterable[object]) -> Mapping:
    """The surest assignment of columns to fields, one column each."""
    headers = tuple(text_of(cell) for cell in cells)
    names = [normalise_header(header) for header in headers]
    candidates = [
        (-confidence, column, rank, field)
        for rank, (field, synonyms) in enumerate(_WORDS[kind].items())
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


def find_lists(kind: str, sheets: list[Sheet], known: Known | None = None) -> list[MappedSheet]:
    """Every sheet whose first rows hold a header of this kind. Raises NotAList when there is none."""
    seen = [(index, sheet) for index, sheet in enumerate(sheets) if not sheet.hidden]
    found = [mapped for index, sheet in seen if (mapped := _find_header(kind, sheet, index, known or {}))]
    looks = [other for mapped in found if (other := _better_kind(mapped))]
    fitting = [mapped for mapped in found if not _better_kind(mapped)]
    if looks and not fitting:
        raise NotAList("wrong_kind", kind=kind, looks=looks[0])
    if not found:
        if any(sheet.hidden and _find_header(kind, sheet, index, {}) for index, sheet in enumerate(sheets)):
            raise NotAList("hidden_list", kind=kind)
        wanted = "”“".join(SYNONYMS[kind][field][0].upper() for field in REQUIRED[kind])
        raise NotAList("no_header", kind=kind, wanted=wanted)
    return fitting


def guess_lists(kind: str, sheets: list[Sheet]) -> list[MappedSheet]:
    """For a person to map: of each sheet the first row that could be a header, with what is known of its words."""
    found = []
    for index, sheet in enumerate(sheets):
        head = [] if sheet.hidden else list(islice(sheet.rows(), HEADER_WITHIN))
        at = next((i for i, row in enumerate(head[:-1]) if _could_be_header(row)), None)
        if at is not None:
            found.append(MappedSheet(sheet, map_header(kind, head[at]), at + 1, index))
    return found


def _could_be_header(row: Row) -> bool:
    """At least two words, no numbers, nothing long."""
    cells = [cell for cell in map(text_of, row) if cell]
    return len(cells) >= 2 and all(len(cell) <= 20 and not cell[0].isdigit() for cell in cells)


def known_mapping(kind: str, headers: tuple[str, ...], columns: Dictionary[str, int]) -> Mapping:
    """A header as a person mapped it: as sure as can be."""
    return Mapping(kind, dict(columns), dict.fromkeys(columns, 1.0), headers)


def _better_kind(mapped: MappedSheet) -> str | None:
    """The kind that knows more of the columns: every list with an address would pass for a list of tips."""
    if mapped.known or mapped.sheet.heads:
        return None
    known = {
        kind: len(other.mapping.columns)
        for kind in KINDS
        if kind != mapped.mapping.kind and (other := _find_header(kind, mapped.sheet, 0, {}))
    }
    best = max(known, key=known.__getitem__, default=None)
    return best if best is not None and known[best] > len(mapped.mapping.columns) else None


def _find_header(kind: str, sheet: Sheet, at: int, known: Known) -> MappedSheet | None:
    if sheet.heads:
        return MappedSheet(sheet, map_header(kind, sheet.heads), 0, at)
    head = list(islice(sheet.rows(), HEADER_WITHIN))
    found = _known_header(kind, head, known) or _header_by_words(kind, head)
    if found is None:
        return None
    mapping, skip = found
    while skip < len(head) and _is_unit_row(head[skip]):
        skip += 1
    mapping = replace(mapping, from_1904=sheet.from_1904)
    return MappedSheet(sheet, mapping, skip, at, bool(known) and signature(mapping.headers) in known)


def _known_header(kind: str, head: list[Row], known: Known) -> tuple[Mapping, int] | None:
    """A header, of one line or two, that a person has mapped before."""
    for index, row in enumerate(head if known else ()):
        lines = [tuple(map(text_of, row))]
        if index + 1 < len(head):
            lines.append(_joined(lines[0], [text_of(cell) for cell in head[index + 1]]))
        for more, headers in reversed(tuple(enumerate(lines))):
            if columns := known.get(signature(headers)):
                return known_mapping(kind, headers, columns), index + more + 1
    return None


def _header_by_words(kind: str, head: list[Row]) -> tuple[Mapping, int] | None:
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
    mapping = (_line_above(kind, mapping, head[index - 1]) if index else None) or mapping
    if skip < len(head) and (second := _second_line(kind, mapping, head[skip])):
        mapping, skip = second, skip + 1
    return mapping, skip


def _suffices(mapping: Mapping) -> bool:
    """Its required columns and one more; a list of nothing but addresses is one, if the column says so."""
    if not all(field in mapping.columns for field in REQUIRED[mapping.kind]):
        return False
    alone = sum(map(bool, mapping.headers)) == 1 and mapping.confidence.get("ip", 0) >= _SURE
    return len(mapping.columns) >= 2 or alone


def _second_line(kind: str, first: Mapping, row: Row) -> Mapping | None:
    """A header of two lines (`用电量` above `峰`, `谷`, `平`): joined per column, if that names more columns."""
    cells = [text_of(cell) for cell in row]
    if is_blank(row) or _is_unit_row(row) or any(any(char.isdigit() for char in cell) for cell in cells):
        return None
    mapping = map_header(kind, _joined(first.headers, cells))
    gained = [mapping.confidence[field] for field in mapping.columns.keys() - first.columns.keys()]
    return mapping if gained and min(gained) >= _SURE else None


def _line_above(kind: str, second: Mapping, row: Row) -> Mapping | None:
    """The same where the second line alone could pass for the header: `首次` under `监测时间`."""
    first = Mapping(kind, second.columns, second.confidence, tuple(map(text_of, row)))
    joined = None if is_blank(row) else _second_line(kind, first, list(second.headers))
    return joined if joined and second.columns.items() <= joined.columns.items() else None


def _joined(headers: Sequence[str], cells: Sequence[str]) -> tuple[str, ...]:
    """Both lines of a header as one, column by column."""
    above, joined = "", []
    for column in range(max(len(headers), len(cells))):
        top = headers[column] if column < len(headers) else ""
        # A cell that is merged to the right leaves its text in its first column only, one merged downwards in both.
        above = top or above
        below = cells[column] if column < len(cells) else ""
        joined.append(f"{below}{above}" if below and below != above else top or below)
    return tuple(joined)


def _is_unit_row(row: Row) -> bool:
    cells = [cell for cell in map(text_of, row) if cell]
    return bool(cells) and all(_UNITS.match(cell.strip("()")) for cell in cells)
