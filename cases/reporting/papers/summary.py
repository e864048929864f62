"""The summary of the weekly ledger: by city and county, with the change against the week before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from agencies.directory import Directory, get_directory
from cases.policy.reports.figures import MEASURES, told_lines
from cases.reporting.papers import words
from cases.reporting.papers.books import BOLD, HEADER, NOTE, TITLE, As, Book, Layout
from cases.reporting.papers.heads import Head

SUMMARY: Final = "汇总"
ENERGY: Final = ("属实月耗电量（千瓦时）", "能耗双控计入量（新增加倍，千瓦时）", "其中新增、在建项目（个）")
FEW: Final = "不足三件"
_NAMES: Final = (*(measure.zh for measure in MEASURES), *ENERGY)
Table = list[list[Any]]


def tables(
    figures: Mapping[str, Any], home: str, directory: Directory, *, whole: bool = False
) -> Iterator[tuple[str, list[str], Table]]:
    """Each table of the summary: its heading, the names of its columns, its rows. The same for workbook and paper.

    `whole`: the readers see the energy of each case anyway, so that no sum is left out.
    """
    now, before = (told_lines(figures[when]["regions"], home, whole=whole) for when in ("now", "before"))
    empty = {name: "0" if isinstance(value, str) else 0 for name, value in now[home].items()}
    change = ["本周末", "上周末", "比上周"]
    yield "一、总体情况", ["项目", *change], list(_totals(now[home], before[home]))
    rows = [[_place(code, home, directory), *_line(now[code])] for code in now]
    yield "二、分地区情况（本周末）", ["地区", *_NAMES], rows
    more = [
        [_place(code, home, directory), *_changed(now.get(code, empty), before.get(code, empty))]
        for code in sorted(now.keys() | before.keys(), key=lambda code: (code != home, code))
    ]
    yield "三、分地区比上周增减", ["地区", *(measure.zh for measure in MEASURES)], more
    for heading, name, named in (
        ("四、按主体性质", "subjects", words.SUBJECT_NAMES),
        ("五、按核查结果", "findings", words.FINDING_NAMES),
        ("六、按销号结果", "outcomes", words.OUTCOMES),
    ):
        yield heading, ["类别", *change], list(_sorts(figures, name, named))


def _totals(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[list[Any]]:
    for measure in MEASURES:
        yield [measure.zh, now[measure.code], before[measure.code], now[measure.code] - before[measure.code]]
    for title, code in zip(ENERGY[:2], ("kwh", "assessed"), strict=True):
        told = now[code] is not None and before[code] is not None
        change = Decimal(now[code]) - Decimal(before[code]) if told else ""
        yield [title, _kwh(now[code]), _kwh(before[code]), change]
    yield [ENERGY[2], now["new_projects"], before["new_projects"], now["new_projects"] - before["new_projects"]]


def _line(line: Mapping[str, Any]) -> Iterator[Any]:
    yield from (line[measure.code] for measure in MEASURES)
    yield from (_kwh(line[code]) for code in ("kwh", "assessed"))
    yield line["new_projects"]


def _kwh(told: str | None) -> Any:
    return FEW if told is None else Decimal(told)


def _changed(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[int]:
    yield from (now[measure.code] - before[measure.code] for measure in MEASURES)


def _sorts(figures: Mapping[str, Any], name: str, named: Mapping[str, str]) -> Iterator[list[Any]]:
    now, before = figures["now"][name], figures["before"][name]
    for code in (*named, ""):
        if code in now or code in before:
            new, old = now.get(code, 0), before.get(code, 0)
            yield [named.get(code, words.UNSAID), new, old, new - old]


def _place(code: str, home: str, directory: Directory) -> str:
    """Indented by how deep it lies; what lies in a city and in none of its counties is the city's own line's."""
    if code == home:
        return "合计"
    return "　" * ((len(code) - len(home)) // 2 - 1) + words.region_text(code, directory)


NOTES: Final = (
    "统计口径：按周期结束时刻（下周一零时）各案件的状态统计，由事件记录推得，与生成时间无关。",
    "收到＝其中并案＋在办＋已销号；并案的案件只计收到和并案，其余各项计入保留的案件。",
    "已销号案件的回头看逾期的，计入逾期案件和逾期事项，不计入在办。",
    "复燃等重新监测、核查的案件，此前的认定不再计入。",
    "能耗双控计入量：新增、在建项目的用能加倍计入（发改运行〔2021〕1283号四（六））；只计已认定属实的案件。",
    "敏感、内部案件不列入，另行专报。",
)


def write_summary(book: Book, head: Head, home: str, figures: Mapping[str, Any], *, whole: bool) -> None:
    with book.page(SUMMARY, Layout((30, *(11,) * 18))) as page:
        page.write([As(TITLE, head.title)])
        for name, said in head.lines():
            page.write([As(BOLD, name), As(NOTE, said)])
        for note in NOTES:
            page.write([As(NOTE, note)])
        for heading, names, rows in tables(figures, home, get_directory(), whole=whole):
            page.write([])
            page.write([As(BOLD, heading)])
            page.write([As(HEADER, name) for name in names])
            for row in rows:
                page.write(_bold_first(row) if row[0] == "合计" else row)


def _bold_first(row: Sequence[Any]) -> list[Any]:
    return [As(BOLD, row[0]), *row[1:]]
