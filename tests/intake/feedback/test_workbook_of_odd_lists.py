"""Several sheets, titles, sums, odd cells: all of it stands as it stood, and every row has its answer beside it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from audit import clock
from cases.intake.feedback.drawing import CLOSING_SHEET, RESULT_HEADERS
from cases.intake.feedback.taking import take_out_at_shell
from cases.intake.lists.values import text_of
from cases.models import FeedbackRow, ListPart
from tests.intake.feedback.telling import Sheets, batch_of, draw, drawn
from tests.intake.samples import bring, rows_of, workbook

pytestmark = pytest.mark.usefixtures("demo_city")
HEAD = ["序号", "源IP地址", "源端口", "矿池地址", "首次发现时间", "名单级别", "备注"]


def row(number: Any, ip: str, port: Any = 51733, when: str = "2026-10-16 07:56:00", note: Any = "") -> list[Any]:
    return [number, ip, port, "pool.example:7777", when, "重点", note]


def two_sheets() -> bytes:
    return workbook(
        (
            "移动",
            [
                ["江苏省疑似“挖矿”监测名单"],
                HEAD,
                row("A-001", "58.218.77.91", note=" =1+1"),
                row("A-002", "10.1.2.3", note="+86 516 8888"),
                ["合计", "", "", "", "", "", "2"],
                [],
                ["填报人：甲"],
            ],
        ),
        ("说明", [["口径", "@SUM(A1)"], ["本表不是名单", 3.5]]),
        (
            "联通",
            [
                HEAD,
                row(7, "58.218.77.91", note=-12.5),
                row(8, "58.218.77.92", port="", note="全\tTab"),
                row("", "58.218.77.93", when=""),
            ],
        ),
    )


def answers(sheets: Sheets, name: str) -> dict[str, list[Any]]:
    """By the issuer's own key, what stands in the five columns beside the row."""
    return {text_of(row[0]): row[-5:] for row in sheets[name] if len(row) > 5 and row[-2]}


def test_all_sheets_stand_as_they_stood_with_the_answers_beside_the_rows():
    bring("telecom", two_sheets(), name="两表")
    version, sheets = drawn("两表")
    assert list(sheets)[:3] == ["移动", "说明", "联通"]
    first = sheets["移动"]
    assert first[0][0] == "江苏省疑似“挖矿”监测名单"
    assert first[1] == [*HEAD, *RESULT_HEADERS]
    assert first[2][:7] == ["A-001", "58.218.77.91", 51733.0, "pool.example:7777", "2026-10-16 07:56:00", "重点",
                            "' =1+1"]  # fmt: skip
    assert first[3][6] == "'+86 516 8888"
    assert [cell for cell in first[4] if cell] == ["合计", "2"]
    assert [cell for cell in first[6] if cell] == ["填报人：甲"]
    assert sheets["说明"] == [["口径", "'@SUM(A1)"], ["本表不是名单", 3.5]]
    assert sheets["联通"][1][:7] == [
        7,
        "58.218.77.91",
        51733.0,
        "pool.example:7777",
        "2026-10-16 07:56:00",
        "重点",
        -12.5,
    ]
    assert sheets["联通"][2][6] == "全\tTab"
    assert version.rows == 5
    assert version.counts["other_sheets"] == 1


def test_repeated_refused_and_weak_rows_are_answered_with_their_reasons():
    bring("telecom", two_sheets(), name="两表")
    _, sheets = drawn("两表")
    fates = {row["row"]: row["fate"] for row in rows_of("两表")}
    assert fates == {1: "accept", 2: "reject:not_global", 3: "duplicate", 4: "weak:no_port", 5: "weak:no_time"}
    first, third = answers(sheets, "移动"), answers(sheets, "联通")
    assert first["A-002"][:4] == ["无法定位", "", "", "不予接收"]
    assert "内网或保留地址" in first["A-002"][4]
    assert third["7"][:4] == first["A-001"][:4] == ["", "", "", "待分办"]
    assert "与本批第 1 行相同" in third["7"][4]
    assert "缺少源端口" in third["8"][4]
    assert "缺少首次发现时间" in third[""][4]


def test_the_sheets_beside_the_list_tell_the_figures_and_the_rows_without_an_answer():
    bring("telecom", two_sheets(), name="两表")
    version, sheets = drawn("两表")
    open_rows = list(FeedbackRow.objects.filter(version=version, answered=False).values_list("number", flat=True))
    assert [int(row[0]) for row in sheets["未答复行"][1:]] == open_rows == [1, 3, 4, 5]
    assert ["合计", "", 5.0] in [row[:3] for row in sheets["反馈统计"]]
    assert list(sheets) == ["移动", "说明", "联通", "未答复行", "反馈统计", CLOSING_SHEET]


def test_a_sheet_of_the_issuer_may_be_called_like_one_of_ours():
    bring("telecom", workbook(("导出说明", [HEAD, row(1, "58.218.77.91")])), name="重名")
    _, sheets = drawn("重名")
    assert next(iter(sheets)) == "导出说明_2"
    assert sheets["导出说明_2"][1][:2] == [1.0, "58.218.77.91"]


def test_a_cell_longer_than_a_workbook_holds_is_cut_and_named():
    line = ",".join(map(str, row(1, "58.218.77.91", note="长" * 40_000)))
    bring("telecom", f"{','.join(HEAD)}\n{line}\n".encode(), name="长格")
    _, sheets = drawn("长格")
    told = sheets["名单"][1]
    assert told[6].startswith("长长")
    assert len(told[6]) == 32_767
    assert "以原名单为准" in told[-1]


def test_control_characters_survive():
    line = ",".join(map(str, row("k\x08\x0b_x0041_", "58.218.77.91")))
    bring("telecom", f"{','.join(HEAD)}\n{line}\n".encode(), name="控制符")
    assert drawn("控制符")[1]["名单"][1][0] == "k\x08\x0b_x0041_"


def test_a_line_break_within_a_cell_reads_as_it_stood():
    line = ",".join(map(str, row('"第一行\r\n第二行, ""引号"""', "58.218.77.91")))
    bring("telecom", f"{','.join(HEAD)}\r\n{line}\r\n".encode(), name="换行")
    version, sheets = drawn("换行")
    assert sheets["名单"][1][0] == '第一行\r\n第二行, "引号"'
    with take_out_at_shell(version, clock.now()) as file, zipfile.ZipFile(io.BytesIO(file.read())) as packed:
        assert b"_x000D_" not in packed.read("xl/worksheets/sheet1.xml"), "not every reader undoes it"


@pytest.mark.parametrize(
    ("sheets", "problem"),
    [
        # A row less, and a sheet less.
        (
            (("移动", [["名单"], HEAD, row("A-001", "58.218.77.91")]), ("说明", [["口径"]]), ("联通", [HEAD])),
            "incomplete",
        ),
        ((("移动", [HEAD, row("A-001", "58.218.77.91")]),), "unreadable"),
    ],
)
def test_a_list_whose_rows_were_not_all_taken_in_is_not_answered(sheets: Any, problem: str):
    bring("telecom", two_sheets(), name="两表")
    batch = batch_of("两表")
    # Another file than the one that was imported.
    from cases.models.sealing import key_ring, part_place

    part = ListPart.objects.get(batch=batch)
    sealed = key_ring().seal(workbook(*sheets), part_place(batch.id.bytes, part.number))
    ListPart.objects.filter(batch=batch).update(sealed=sealed)
    version = draw("两表")
    assert (version.state, version.problem) == ("failed", problem)
    assert not FeedbackRow.objects.filter(version=version).exists()
