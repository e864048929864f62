"""工作台账: every case of the region as one row, and the summary by city and county, in two editions.

The commission whose report it is reads the energy of the cases that it leads; those who watch over the region read no
case's energy, as everywhere (decision 0062). Of people the ledger names nobody. A case that is more confidential than
usual is no part of it; one that has become so since is counted and has no row any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from agencies.directory import held_directory
from cases.models import ReportFile, ReportVersion
from cases.policy.dated import CHINA
from cases.policy.privacy.precision import Detail, Form, Tie, Viewer, form
from cases.policy.reports.figures import PROJECTS, Standing, Tally, assessed
from cases.policy.reports.weeks import Week
from cases.reporting.papers import words
from cases.reporting.papers.books import Book, Layout, Sheet
from cases.reporting.papers.heads import head_of
from cases.reporting.papers.summary import SUMMARY, write_summary
from cases.reporting.pieces import COMMISSION, WATCH, Pieces
from cases.reporting.state.past import Past, cases_of
from cases.reporting.state.standing import decimal_of, energy_of, member, overdue_of, standing_of

Progress = Callable[[int], None]
SHEET: Final = "台账"
HEADS: Final = (
    *("序号", "案件编号", "属地", "线索来源", "名单级别", "收到日期", "办理阶段", "主体性质", "所属企业（场所）"),
    *("核查结果", "项目类别", "计划投产时间", "规模（设备台数）", "规模（合同容量，千伏安）", "算力（TH/s）"),
    *("耗电量（千瓦时/月）", "能耗双控计入量（千瓦时/月，新增加倍）", "已定位", "停电", "惩罚性电价", "销号"),
    *("销号日期", "逾期事项", "最早逾期期限"),
)
_WIDTHS: Final = (6, 13, 22, 12, 8, 11, 11, 11, 28, 14, 11, 12, 9, 10, 11, 13, 14, 7, 9, 10, 10, 11, 7, 11)
LAYOUT: Final = Layout(_WIDTHS, header=2)
UNTOLD: Final = "按权限不列"
_TELL_EVERY: Final = 2000


@dataclass(slots=True)
class Drawn:
    """What was counted and written."""

    figures: dict[str, Any] = field(default_factory=dict)
    files: list[ReportFile] = field(default_factory=list)
    cases: int = 0
    rows: int = 0
    led_elsewhere: int = 0


@dataclass(slots=True)
class Edition:
    """A workbook on its way; `ties` say as what its readers look at a case that the commission leads, or another."""

    book: Book
    pieces: Pieces
    sheet: Sheet
    leading: Tie
    other: Tie
    until: datetime


def draw_ledger(version: ReportVersion, at: datetime, progress: Progress) -> Drawn:
    """Count and write, inside one moment; the summary is written last and stands first."""
    report = version.report
    week, drawn = Week(report.first_day), Drawn()
    editions = [_edition(version, at, audience) for audience in (COMMISSION, WATCH)]
    now, before = Tally(), Tally()
    for pair in cases_of(report.agency_id, report.region_id, week):
        if pair.before is not None:
            before.add(standing_of(pair.before, report.region_id, week.begins))
        if pair.now is None:
            continue
        standing = standing_of(pair.now, report.region_id, week.ends)
        now.add(standing)
        drawn.cases += 1
        drawn.led_elsewhere += pair.now.lead_agency_id != report.agency_id
        if pair.telling and "merged" not in standing.marks:
            _write(pair.now, standing, drawn, editions, report.agency_id)
        if drawn.cases % _TELL_EVERY == 0:
            progress(drawn.cases)
    drawn.figures = {
        "now": now.as_dict(),
        "before": before.as_dict(),
        "led_elsewhere": drawn.led_elsewhere,
    }
    for edition in editions:
        edition.sheet.__exit__(None, None, None)
        whole = sees_all(edition.pieces.audience, drawn.figures)
        write_summary(edition.book, head_of(version, at), report.region_id, drawn.figures, whole=whole)
        edition.book.close()
        drawn.files.append(edition.pieces.end(drawn.rows))
    return drawn


def sees_all(audience: str, figures: dict[str, Any]) -> bool:
    """Whether these readers see the energy of every case: the commission that leads them all."""
    return audience == COMMISSION and not figures["led_elsewhere"]


def _edition(version: ReportVersion, at: datetime, audience: str) -> Edition:
    pieces = Pieces(version, audience, "xlsx")
    book = Book(pieces, at.astimezone(CHINA), first=[SUMMARY])
    sheet = book.page(SHEET, LAYOUT)
    head = head_of(version, at)
    sheet.write([f"{head.title}　{head.number}　{words.week_text(head.week.first, head.week.last)}"])
    sheet.write(HEADS)
    superior = Tie(Viewer.SUPERIOR)
    own = Tie(Viewer.COMMISSION, in_charge=True) if audience == COMMISSION else superior
    return Edition(book, pieces, sheet, own, superior, head.week.ends)


def _write(case: Past, standing: Standing, drawn: Drawn, editions: list[Edition], agency_id: int) -> None:
    drawn.rows += 1
    for edition in editions:
        tie = edition.leading if case.lead_agency_id == agency_id else edition.other
        edition.sheet.write([drawn.rows, *cells_of(case, standing, edition.until, tie)])


def cells_of(case: Past, standing: Standing, at: datetime, tie: Tie) -> Iterator[Any]:
    """One row without its number."""
    directory = held_directory()
    yield case.number
    yield directory.region_path(case.region_code) or case.region_code
    yield words.SOURCE_NAMES.get(case.source, case.source)
    yield words.LEVEL_NAMES.get(case.level, case.level)
    yield case.opened_at.astimezone(CHINA).date()
    yield words.STAGES.get(case.stage, case.stage)
    yield words.SUBJECT_NAMES.get(standing.subject, words.UNSAID)
    yield "个人或个体，不列名" if standing.subject in words.NAMELESS else case.title
    yield words.FINDING_NAMES.get(standing.finding, words.UNSAID)
    yield from _project(case)
    yield from _size(case, tie)
    yield from _energy(case, standing, tie)
    yield from _measures(case, standing, at)


def _project(case: Past) -> Iterator[Any]:
    seen = member(case.facts, "findings", "inspect_site")
    named = PROJECTS.get(str(seen.get("project") or ""))
    yield named[0] if named else "未报"
    planned = seen.get("production_on")
    yield (
        date.fromisoformat(str(planned)) if planned else ("未报" if seen.get("project") == "under_construction" else "")
    )


def _size(case: Past, tie: Tie) -> Iterator[Any]:
    findings = member(case.facts, "findings")
    devices = member(findings, "inspect_site").get("devices")
    yield int(devices) if devices is not None else "未报"
    capacity = decimal_of(member(findings, "check_consumption").get("capacity_kva"))
    yield _shown(capacity, Detail.CLASS, tie)
    yield _shown(decimal_of(member(findings, "analyse_traffic").get("hashrate")), Detail.VOLUME, tie)


def _energy(case: Past, standing: Standing, tie: Tie) -> Iterator[Any]:
    kwh = energy_of(case.facts)
    yield _shown(kwh, Detail.KWH, tie)
    # Only what was confirmed to be mining counts in the assessment of the region.
    yield _shown(assessed(kwh, standing.project), Detail.KWH, tie) if "mining" in standing.marks else ""


def _shown(value: Decimal | None, detail: Detail, tie: Tie) -> Any:
    if value is None:
        return "未报"
    return value if form(detail, (tie,)) is Form.CLEAR else UNTOLD


def _measures(case: Past, standing: Standing, at: datetime) -> Iterator[Any]:
    marks = standing.marks
    yield "是" if "located" in marks else "否"
    yield "在停" if "power_off" in marks else "已恢复" if "suspended" in marks else ""
    yield "执行中" if "charging" in marks else "已停止" if "surcharged" in marks else ""
    yield words.OUTCOMES.get(case.outcome or "", "")
    yield case.closed_at.astimezone(CHINA).date() if case.closed_at else ""
    late = overdue_of(case, at)
    yield len(late) or ""
    yield min(task.due_at for task in late).astimezone(CHINA) if late else ""
