"""Problem rows taken out of a preview as a workbook, set right in it, and laid over the list by their numbers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from django.utils.timezone import now

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit.models import Access, Event
from cases.intake.corrections import reading
from cases.intake.corrections.laying import Laid, lay_corrections
from cases.intake.corrections.writing import take_out_problems
from cases.intake.lists.reading import open_list
from cases.intake.receiving import receive_list
from cases.intake.selectors import raw_rows, row_results
from cases.intake.steps import moving
from cases.intake.steps.mapping import SheetAnswer, confirm_mapping
from cases.intake.steps.preview import run_preview
from cases.intake.steps.trial import trial_rows
from cases.models import ListBatch, ListMend, PreviewRow
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from tests.intake.samples import workbook
from tests.intake.test_steps import COLUMNS, GOOD, HEADER, commit, confirm, fates, led, mend, previewed, sender

pytestmark = pytest.mark.usefixtures("demo_city")

BAD = "36.154.192.300,01160,p.example,2026-10-03 08:00"
NO_PORT = "36.154.192.31,,p.example,2026-10-03 08:00"
FORMULA = "=cmd|' /C calc'!A0,1162,-p.example,2026-10-03 08:00"
ROWS = (GOOD, BAD, NO_PORT, FORMULA)


def taken_out(batch: ListBatch, username: str = "telecom-handler1") -> bytes:
    batch.refresh_from_db()
    return take_out_problems(actor=find_actor(username), batch=batch, staff_no="", now=now(), request=None)


def sheets_in(content: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet of the file."""
    return {sheet.name: [list(row) for row in sheet.rows()] for sheet in open_list(content)}


def table(content: bytes) -> list[list[Any]]:
    """The cells of the only sheet, behind its title."""
    (rows,) = sheets_in(content).values()
    return rows[1:]


def as_csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("gb18030")


def lay(batch: ListBatch, content: bytes, username: str = "telecom-handler1") -> Laid:
    laid = lay_corrections(actor=find_actor(username), batch=batch, content=content, filename="更正.xlsx", now=now())
    run_preview(batch.id)
    batch.refresh_from_db()
    return laid


def refused(batch: ListBatch, content: bytes) -> dict[str, str]:
    """What is said to the file, by the row that it is said of; nothing of it was taken."""
    before = (ListMend.objects.count(), ListBatch.objects.get(id=batch.id).preview)
    with pytest.raises(InvalidInput) as told:
        lay(batch, content)
    assert (ListMend.objects.count(), ListBatch.objects.get(id=batch.id).preview) == before
    assert all(text.en != text.zh for text in told.value.fields.values())
    return {name: text.zh for name, text in told.value.fields.items()}


def test_the_rows_that_need_a_look_leave_with_number_mark_and_reason_in_the_columns_of_the_list() -> None:
    batch = previewed(*ROWS)
    content = taken_out(batch)
    head, *rows = table(content)
    assert head == ["行号", "行标识", "原因与办法", *HEADER.split(",")]
    assert [row[0] for row in rows] == ["2", "3", "4"]
    assert rows[0][3:] == BAD.split(",")
    assert "36.154.192.300" in rows[0][2]
    ((title, *_),) = [rows[0] for rows in sheets_in(content).values()]
    assert "导出已留痕" in title
    assert "telecom-handler1" in title


def test_no_cell_of_the_workbook_can_run() -> None:
    """As in the file of refused rows; a cell stays text also when somebody types into it."""
    content = taken_out(previewed(*ROWS))
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    cells = re.findall(r"<c [^>]*>", sheet)
    assert cells
    assert all(' s="1" t="inlineStr"' in cell for cell in cells)
    assert "<f>" not in sheet
    row = table(content)[3]
    assert (row[3], row[5]) == ("'=cmd|' /C calc'!A0", "'-p.example")


def test_the_workbook_comes_back_set_right_and_the_raw_cells_stay() -> None:
    batch = previewed(*ROWS)
    ((name, rows),) = sheets_in(taken_out(batch)).items()
    rows[2][3] = "36.154.192.30"
    rows[3][4] = 1161
    rows[4][3], rows[4][5] = "36.154.192.32", "q.example"
    laid = lay(batch, workbook((name, rows)))
    assert (laid.rows, laid.cells) == (3, 4)
    assert fates(batch) == ["accept"] * 4
    shown, _ = trial_rows(sender(), batch, show="all")
    assert [(one["cell"], one["before"], one["value"]) for one in shown[1]["mends"]] == [
        (0, "36.154.192.300", "36.154.192.30")
    ]
    assert [one["before"] for one in shown[3]["mends"]] == ["=cmd|' /C calc'!A0", "-p.example"]
    done = commit(batch)
    assert done.counts["fates"] == {"accept": 4}
    raw = [cells for cells, _ in raw_rows(done)]
    assert raw[1:] == [row.split(",") for row in (BAD, NO_PORT, FORMULA)]
    assert "源IP地址经人工更正后读取" in "".join(list(row_results(done.id))[1]["notes"])


def test_a_table_of_the_same_columns_in_another_format_is_taken_too() -> None:
    batch = previewed(*ROWS)
    head, row, *others = table(taken_out(batch))
    row[3] = "36.154.192.30"
    laid = lay(batch, as_csv([head, row]))
    assert (laid.rows, laid.cells) == (1, 1)
    assert fates(batch)[:3] == ["accept", "accept", "weak:no_port"], "rows that are not in the file stay as they are"
    assert len(others) == 2


def test_a_file_that_nobody_touched_changes_nothing_and_says_so() -> None:
    batch = previewed(*ROWS)
    assert "没有改动的单元格" in refused(batch, taken_out(batch))["file"]


def test_a_guarded_value_is_meant_without_its_guard() -> None:
    batch = previewed(*ROWS)
    head, *rows = table(taken_out(batch))
    rows[2][5] = "'-q.example"
    lay(batch, as_csv([head, *rows]))
    shown, _ = trial_rows(sender(), batch, show="all")
    assert shown[3]["cells"][2] == "-q.example"


def test_a_file_of_yesterday_takes_no_later_correction_back() -> None:
    batch = previewed(*ROWS)
    old = table(taken_out(batch))
    mend(batch, 2, c0="36.154.192.301")
    newer = table(taken_out(batch))
    assert newer[1][3] == "36.154.192.301", "the cell as it was set right last"
    mend(batch, 2, c0="36.154.192.33")
    for rows, port in ((old, "1163"), (newer, "1164")):
        rows[1][4] = port
        assert lay(batch, as_csv(rows[:2])).cells == 1
    shown, _ = trial_rows(sender(), batch, show="all")
    assert shown[1]["cells"][:2] == ["36.154.192.33", "1164"]


def test_each_row_that_cannot_be_taken_is_named_and_none_is() -> None:
    batch = previewed(*ROWS)
    head, *rows = table(taken_out(batch))
    rows[0][3] = "36.154.192.30"
    stranger = ["99", *rows[1][1:]]
    swapped = [rows[1][0], rows[2][1], *rows[1][2:]]
    nameless = ["", *rows[2][1:]]
    found = refused(batch, as_csv([head, rows[0], rows[0], stranger, swapped, nameless]))
    assert found == {
        "row-2": "第 2 行出现了两次（文件的“2”行和“3”行）；请只保留一行",
        "row-99": "第 99 行不是本名单的行，或行号、行标识被改动；请用本页下载的错误行文件更正",
        "row-3": "第 3 行不是本名单的行，或行号、行标识被改动；请用本页下载的错误行文件更正",
        "line-6": "文件的“6”行没有行号：请保留下载时的行号，不要新增行",
    }
    assert fates(batch)[1] == "reject:bad_ip"


def test_the_file_of_another_list_with_the_same_columns_is_refused() -> None:
    """Its numbers stand in this list too; only the marks tell the two apart."""
    other = previewed(*ROWS)
    head, row, *_ = table(taken_out(other))
    moving.cancel_list(actor=sender(), batch=other, now=now())
    batch = run_preview(confirm(led(*ROWS, GOOD, name="别的名单")).id)
    row[3] = "36.154.192.30"
    assert "第 2 行不是本名单的行" in refused(batch, as_csv([head, row]))["row-2"]


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [
        (4, "x" * 501, "第 2 行“源端口”：至多 500 字，不含控制字符"),
        (4, "1\u200e2", "第 2 行“源端口”：至多 500 字，不含控制字符"),
        (4, "3.20319E+12", "第 2 行“源端口”：数字成了科学计数，末几位已经丢失；请把该列设为文本，填写完整后再上传"),
        (7, "备注", "第 2 行“第 5 列”：标题之外多出了内容，没有这一列"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(cell: int, value: str, says: str) -> None:
    batch = previewed(*ROWS)
    head, row, *_ = table(taken_out(batch))
    row.append("")
    row[cell] = value
    assert refused(batch, as_csv([head, row])) == {"row-2": says}


def test_columns_that_were_moved_or_taken_out_are_named() -> None:
    batch = previewed(*ROWS)
    rows = table(taken_out(batch))
    found = refused(batch, as_csv([[*row[:3], *row[4:]] for row in rows]))
    assert "应为“源IP地址”的列现为“源端口”" in "".join(found.values())
    found = refused(batch, as_csv([row[1:] for row in rows]))
    assert "没有“行号、行标识、原因与办法”开头的标题行" in "".join(found.values())


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", f"{HEADER}\n{BAD}".encode()])
def test_what_is_no_corrected_file_is_refused_with_a_sentence(content: bytes) -> None:
    assert refused(previewed(*ROWS), content)


def test_of_many_wrong_rows_the_first_are_named_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = previewed(*ROWS)
    head, *rows = table(taken_out(batch))
    monkeypatch.setattr(reading, "MOST_PROBLEMS", 1)
    found = refused(batch, as_csv([head, *(["9" + row[0], *row[1:]] for row in rows)]))
    assert (len(found), found["file"]) == (2, "另有 2 行有误")


def test_more_cells_than_anybody_mends_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = previewed(*ROWS)
    head, row, *_ = table(taken_out(batch))
    monkeypatch.setattr(reading, "MOST_CELLS", 1)
    row[3:5] = ["36.154.192.30", "1160"]
    assert "一次至多更正 1 个单元格" in refused(batch, as_csv([head, row]))["file"]


def test_each_sheet_of_the_list_has_one_in_the_file_and_its_rows_stay_there() -> None:
    head = HEADER.split(",")
    content = workbook(("一", [head, BAD.split(",")]), ("二", [[*head, "备注"], [*NO_PORT.split(","), "某处"]]))
    batch = led_file(content)
    answers = [SheetAnswer(COLUMNS), SheetAnswer(COLUMNS)]
    confirm_mapping(actor=sender(), batch=batch, answers=answers, save=False, now=now())
    batch = run_preview(batch.id)
    out = sheets_in(taken_out(batch))
    assert {name: [row[0] for row in rows[2:]] for name, rows in out.items()} == {"一": ["1"], "二": ["2"]}
    misplaced = {"一": [*out["一"], out["二"][2]], "二": out["二"][:2]}
    found = refused(batch, workbook(*misplaced.items()))
    assert found == {"row-2": "第 2 行属于名单的另一个工作表；请放回原来的工作表"}
    out["二"][2][4] = "1161"
    assert lay(batch, workbook(*out.items())).cells == 1
    assert fates(batch) == ["reject:bad_ip", "accept"]


def led_file(content: bytes) -> ListBatch:
    batch, _ = receive_list(
        actor=sender(),
        content=content,
        filename="a.xlsx",
        kind="telecom",
        agency=get_directory().by_code["320300-telecom"],
        batch_name="两表",
        now=now(),
        led=True,
    )
    return batch


def test_who_has_not_sent_the_list_takes_nothing_out_and_lays_nothing_over_it() -> None:
    batch = previewed(*ROWS)
    content = taken_out(batch)
    for username in ("drc-handler1", "telecom-reviewer1"):
        with pytest.raises(NotAllowed):
            lay(batch, content, username)
    with pytest.raises(NotAllowed, match="只供报送该名单的单位下载"):
        taken_out(batch, "drc-handler1")


def test_once_the_list_is_committed_the_file_comes_too_late() -> None:
    batch = previewed(*ROWS)
    content = taken_out(batch)
    commit(batch)
    with pytest.raises(GuardRefused, match="不能更正"):
        lay(batch, content)
    with pytest.raises(GuardRefused, match="不能更正"):
        taken_out(batch)


def test_whoever_looked_at_the_preview_before_the_file_came_commits_nothing() -> None:
    batch = previewed(*ROWS)
    seen = batch.preview["run"]
    head, row, *_ = table(taken_out(batch))
    row[3] = "36.154.192.30"
    lay(batch, as_csv([head, row]))
    with pytest.raises(GuardRefused, match="列对应或单元格在另一窗口改过"):
        moving.commit_list(actor=sender(), batch=batch, now=now(), seen=seen)


def test_the_download_is_noted_with_its_rows_and_the_hash_of_the_file() -> None:
    batch = previewed(*ROWS)
    taken_out(batch)
    line = Access.objects.order_by("-pk")[0]
    assert (line.items, line.rows, len(bytes.fromhex(line.file_hash))) == (["problem_rows"], 3, 32)
    assert Event.objects.filter(action="export_made", stream="account/telecom-handler1").count() == 1


def test_corrections_are_sealed_like_those_made_in_place() -> None:
    batch = previewed(*ROWS)
    head, row, *_ = table(taken_out(batch))
    row[3] = "36.154.192.30"
    lay(batch, as_csv([head, row]))
    assert b"36.154" not in bytes(ListMend.objects.get().sealed)
    assert PreviewRow.objects.filter(batch_id=batch.id).count() == 4


def test_every_cell_comes_back_as_it_left() -> None:
    """Characters that files of tables write in their own way, and a cell longer than one of a workbook may be."""
    odd = ['"a\rb"', "_x0041_", "' quoted", "ｆｕｌｌ", "x" * 40_000, "00012", "3203012345678901234567"]
    batch = previewed(*(f"36.154.192.300,{one},p.example,2026-10-03 08:00" for one in odd))
    content = taken_out(batch)
    assert "没有改动的单元格" in refused(batch, content)["file"]
    (sheet,) = open_list(content)
    assert len(list(sheet.rows())) == len(odd) + 2
