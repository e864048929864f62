"""A corrected file against the rows of its list: which cells were set right, or what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from agencies.digits import from_digits
from cases.intake.corrections.form import KEYS, header_of, mark_of, meant, read_back, values_of, written
from cases.intake.lists.reading import Row, Sheet, is_blank, open_list
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.values import is_rounded, text_of
from cases.intake.selectors import headers_of
from cases.intake.steps.mending import wrong_value
from cases.intake.steps.preview import file_row
from cases.models import ListBatch, PreviewRow
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

# By row, then by cell.
Changes = dict[int, dict[int, str]]

ROWS_AT_ONCE: Final = 2000
LAST_ROW: Final = 2**31 - 1
# A title, and what somebody may have written above the header.
LINES_ABOVE: Final = 20
# More of them than this, and the rest is only counted.
MOST_PROBLEMS: Final = 20
# Enough for any list that people mend; more is a list to be made anew.
MOST_CELLS: Final = 20_000


class Line(NamedTuple):
    """A row of the file: where it stands, which sheets of the list have its columns, its cells behind the keys."""

    place: str
    sheets: frozenset[int]
    number: int
    mark: str
    cells: list[Any]


class Problems:
    """What is wrong, by the row that it is about; of a long list of it the rest is counted."""

    def __init__(self) -> None:
        self.told: dict[str, Text] = {}
        self.others: set[str] = set()

    def tell(self, key: str, zh: str, en: str) -> None:
        if len(self.told) < MOST_PROBLEMS:
            self.told.setdefault(key, Text(zh, en))
        elif key not in self.told:
            self.others.add(key)

    def refuse(self) -> None:
        """Raises InvalidInput where anything is wrong."""
        if rest := len(self.others):
            self.told["file"] = Text(f"另有 {rest} 行有误", f"{rest} more rows are wrong")
        if self.told:
            raise InvalidInput(fields=self.told)


def open_corrections(content: bytes) -> list[Sheet]:
    """The sheets of the file. Raises InvalidInput for what is no table."""
    try:
        return [sheet for sheet in open_list(content) if not sheet.hidden]
    except NotAList as wrong:
        raise InvalidInput(fields={"file": wrong.text}, code="not_a_list") from wrong


def changes_of(batch: ListBatch, sheets: Iterable[Sheet]) -> Changes:
    """The cells of the file that differ from the list. Raises InvalidInput with all rows that cannot be taken."""
    problems, changes, cells = Problems(), Changes(), 0
    lines = _lines(batch, sheets, problems)
    try:
        for some in iter(lambda: list(islice(lines, ROWS_AT_ONCE)), []):
            found = _compared(batch, some, problems)
            changes |= found
            cells += sum(len(one) for one in found.values())
            if cells > MOST_CELLS:
                break
    except NotAList as wrong:
        raise InvalidInput(fields={"file": wrong.text}, code="not_a_list") from wrong
    problems.refuse()
    _check_number(cells)
    return changes


def _check_number(cells: int) -> None:
    if not cells:
        says = Text(
            "文件与名单一致，没有改动的单元格；请更正后保存，再上传。",
            "The file says what the list says: no cell was changed. Correct it, save it and upload it again.",
        )
        raise InvalidInput(fields={"file": says}, code="nothing_changed")
    if cells > MOST_CELLS:
        says = Text(
            f"一次至多更正 {MOST_CELLS} 个单元格，文件改动的更多；请分几次上传，或取消本批次后重新上传名单。",
            f"At most {MOST_CELLS} cells at a time; the file has more. Send fewer, or cancel and send the list anew.",
        )
        raise InvalidInput(fields={"file": says}, code="too_many_cells")


def _lines(batch: ListBatch, sheets: Iterable[Sheet], problems: Problems) -> Iterator[Line]:
    """The rows of all sheets; each number once."""
    seen: dict[int, str] = {}
    for sheet in sheets:
        rows = enumerate(sheet.rows(), 1)
        header = _header(rows)
        if header is None:
            if any(not is_blank(row) for row in sheet.rows()):
                problems.tell(f"sheet-{sheet.name}", *_no_header(sheet.name))
            continue
        alike = _sheets_with(batch, header)
        if not alike:
            problems.tell(f"sheet-{sheet.name}", *_other_columns(batch, header))
            continue
        for at, row in rows:
            place = f"{sheet.name} {at}".strip()
            line = None if is_blank(row) else _line(place, alike, row, problems)
            if line is None:
                continue
            first = seen.setdefault(line.number, place)
            if first != place:
                problems.tell(f"row-{line.number}", *_twice(line.number, first, place))
                continue
            yield line


def _header(rows: Iterator[tuple[int, Row]]) -> list[str] | None:
    """The columns behind the keys; the rows go on below them."""
    for _, row in islice(rows, LINES_ABOVE):
        cells = [text_of(cell) for cell in row[: len(KEYS)]]
        if tuple(cells) == KEYS:
            return header_of(row[len(KEYS) :])
    return None


def _sheets_with(batch: ListBatch, header: list[str]) -> frozenset[int]:
    sheets = range(len(batch.columns["sheets"]))
    return frozenset(at for at in sheets if header_of(headers_of(batch, at)) == header)


def _line(place: str, alike: frozenset[int], row: Row, problems: Problems) -> Line | None:
    padded = [*row, *([""] * (len(KEYS) - len(row)))]
    number = from_digits(text_of(padded[0]), LAST_ROW)
    if not number:
        problems.tell(
            f"line-{place}",
            f"文件的“{place}”行没有行号：请保留下载时的行号，不要新增行",
            f"Line “{place}” of the file has no row number: keep the numbers of the download, and add no rows",
        )
        return None
    return Line(place, alike, number, text_of(padded[1]), padded[len(KEYS) :])


def _compared(batch: ListBatch, lines: list[Line], problems: Problems) -> Changes:
    numbers = [line.number for line in lines]
    rows = {row.number: row for row in PreviewRow.objects.filter(batch_id=batch.id, number__in=numbers)}
    given, found = values_of(batch.id, numbers), Changes()
    for line in lines:
        row = rows.get(line.number)
        if row is None or line.mark != mark_of(row):
            problems.tell(f"row-{line.number}", *_not_ours(line.number))
        elif row.sheet not in line.sheets:
            problems.tell(f"row-{line.number}", *_other_sheet(line.number))
        elif cells := _changed(batch, row, line, given.get(line.number, {}), problems):
            found[line.number] = cells
    return found


def _changed(
    batch: ListBatch, row: PreviewRow, line: Line, given: dict[int, list[str]], problems: Problems
) -> dict[int, str]:
    """The cells that hold what they never held: a file of yesterday takes no later correction back."""
    raw, headers = file_row(row).cells, headers_of(batch, row.sheet)
    width = max(len(headers), len(raw))
    found = {}
    for at in range(max(width, len(line.cells))):
        now = read_back(line.cells[at] if at < len(line.cells) else "")
        known = [raw[at] if at < len(raw) else "", *given.get(at, ())]
        if now in {read_back(written(value)) for value in known}:
            continue
        value = meant(now)
        wrong = _wrong(value, text_of(known[-1])) if at < width else _no_column()
        if wrong:
            name = headers[at] if at < len(headers) and headers[at] else f"第 {at + 1} 列"
            zh, en = f"第 {row.number} 行“{name}”：{wrong.zh}", f"Row {row.number}, “{name}”: {wrong.en}"
            problems.tell(f"row-{row.number}", zh, en)
        else:
            found[at] = value
    return found


def _wrong(value: str, before: str) -> Text | None:
    if is_rounded(value.lower()) and not is_rounded(before.lower()):
        return Text(
            "数字成了科学计数，末几位已经丢失；请把该列设为文本，填写完整后再上传",
            "a spreadsheet has rounded this number; set the column to text and write it in full",
        )
    return wrong_value(value)


def _no_column() -> Text:
    return Text("标题之外多出了内容，没有这一列", "stands outside the columns of the list")


def _no_header(sheet: str) -> tuple[str, str]:
    zh, en = (f"工作表“{sheet}”", f"Sheet “{sheet}”") if sheet else ("文件", "The file")
    keys = "、".join(KEYS)
    return (
        f"{zh}没有“{keys}”开头的标题行：请用本页下载的错误行文件更正",
        f"{en} has no header that begins with {keys}: correct the file that this page gives",
    )


def _other_columns(batch: ListBatch, header: list[str]) -> tuple[str, str]:
    """The first column that differs from those of the list."""
    wanted = header_of(headers_of(batch))
    longest = max(len(wanted), len(header))
    both = zip([*wanted, *[""] * (longest - len(wanted))], [*header, *[""] * (longest - len(header))], strict=True)
    was, found = next((pair for pair in both if pair[0] != pair[1]), ("", ""))
    return (
        f"标题与名单不同：应为“{was[:20]}”的列现为“{found[:20]}”；请恢复原有的列和次序，不要增删列",
        f"The columns differ from the list's: “{found[:20]}” stands where “{was[:20]}” was; restore them",
    )


def _not_ours(number: int) -> tuple[str, str]:
    return (
        f"第 {number} 行不是本名单的行，或行号、行标识被改动；请用本页下载的错误行文件更正",
        f"Row {number} is none of this list, or its number or mark was changed; correct the file that this page gives",
    )


def _other_sheet(number: int) -> tuple[str, str]:
    return (
        f"第 {number} 行属于名单的另一个工作表；请放回原来的工作表",
        f"Row {number} is one of another sheet of the list; put it back there",
    )


def _twice(number: int, first: str, again: str) -> tuple[str, str]:
    return (
        f"第 {number} 行出现了两次（文件的“{first}”行和“{again}”行）；请只保留一行",
        f"Row {number} stands there twice (lines “{first}” and “{again}” of the file); keep one",
    )
