"""逾期通报: what every agency owed and was late with at the end of the week, the latest first; an excerpt for each.

It names cases by their numbers and agencies, and no person. A case that is more confidential than usual is no part of
it; one that has become so since is counted and has no row any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from agencies.directory import Directory, get_directory
from cases.models import ReportVersion
from cases.policy.calendar import WorkingCalendar, working_days_between
from cases.policy.dated import CHINA
from cases.policy.reports.weeks import Week
from cases.reporting.papers import words
from cases.reporting.papers.books import BOLD, HEADER, NOTE, TITLE, As, Book, Layout
from cases.reporting.papers.heads import Head, head_of
from cases.reporting.pieces import AGENCY, COMMISSION, WATCH, Pieces
from cases.reporting.state.fired import STEPS, Fired, fired_until
from cases.reporting.state.past import Owed, cases_of
from cases.reporting.state.standing import overdue_of
from cases.workflow.workdays import calendar_for

Progress = Callable[[int], None]
SHEET: Final = "逾期事项"
TOTALS: Final = "分单位统计"
HEADS: Final = ("序号", "案件编号", "属地", "逾期事项", "承办单位", "下属单位", "办理期限", "逾期天数", "逾期工作日")
STEP_HEADS: Final = tuple(step.zh for step in STEPS)
LAYOUT: Final = Layout((6, 13, 22, 18, 26, 22, 17, 9, 10, 17, 17, 17), header=2)
TOTAL_HEADS: Final = ("承办单位", "逾期事项", "上周末", "比上周", "涉及案件", "最长逾期工作日", *STEP_HEADS)
_TELL_EVERY: Final = 2000


@dataclass(frozen=True, slots=True)
class Late:
    """One task that was late; the values of its row."""

    task: str
    case: str
    region: str
    kind: str
    agency: int
    unit: int | None
    due_at: datetime
    days: int
    workdays: int
    fired: Fired


@dataclass(slots=True)
class Counted:
    """What one agency was late with; `before`: at the end of the week before."""

    tasks: int = 0
    before: int = 0
    cases: set[str] = field(default_factory=set)
    longest: int = 0
    steps: dict[str, int] = field(default_factory=lambda: {step.code: 0 for step in STEPS})

    def as_dict(self) -> dict[str, Any]:
        plain = {"tasks": self.tasks, "before": self.before, "cases": len(self.cases), "longest": self.longest}
        return {**plain, "steps": dict(self.steps)}


@dataclass(slots=True)
class Found:
    """All of it: rows to be shown, and counts that hold the others, too."""

    rows: list[Late] = field(default_factory=list)
    counted: dict[int, Counted] = field(default_factory=dict)
    cases: int = 0

    def of(self, agency_id: int) -> Counted:
        return self.counted.setdefault(agency_id, Counted())

    def figures(self) -> dict[str, Any]:
        return {
            "agencies": {str(agency): counted.as_dict() for agency, counted in sorted(self.counted.items())},
            "tasks": sum(counted.tasks for counted in self.counted.values()),
            # Not the sum: two agencies may be late on one case.
            "cases": len(set().union(*(counted.cases for counted in self.counted.values()))),
            "before": sum(counted.before for counted in self.counted.values()),
        }


class _Owing(NamedTuple):
    """A late task that has no row yet, and what its row needs of the case; not the case, of which there may be many."""

    number: str
    region: str
    telling: bool
    task: Owed


def find_late(version: ReportVersion, progress: Progress) -> Found:
    """Go through the cases of the region, inside one moment."""
    report = version.report
    week, found = Week(report.first_day), Found()
    waiting: list[_Owing] = []
    for pair in cases_of(report.agency_id, report.region_id, week):
        for task in overdue_of(pair.before, week.begins) if pair.before is not None else ():
            found.of(task.agency_id).before += 1
        if pair.now is not None:
            found.cases += 1
            case = pair.now
            waiting += [
                _Owing(case.number, case.region_code, pair.telling, task) for task in overdue_of(case, week.ends)
            ]
        if found.cases % _TELL_EVERY == 0:
            progress(found.cases)
    directory, calendars = get_directory(), dict[str, WorkingCalendar]()
    fired = fired_until([(each.task.id, each.task.due_at) for each in waiting], week.ends)
    for each in waiting:
        if each.region not in calendars:
            calendars[each.region] = calendar_for(each.region, directory)
        late = _late(each, week.ends, calendars[each.region], fired.get(each.task.id, {}))
        _count(found, late, telling=each.telling)
    found.rows.sort(key=lambda late: (late.due_at, late.case, late.task))
    return found


def _late(owing: _Owing, at: datetime, calendar: WorkingCalendar, fired: Fired) -> Late:
    """The days of the clock and the working days that had passed since, up to the last day of the week."""
    task = owing.task
    due, last = task.due_at.astimezone(CHINA).date(), (at.astimezone(CHINA)).date()
    workdays = working_days_between(due, last, calendar) - calendar.is_workday(last) if last > due else 0
    return Late(
        task=task.id,
        case=owing.number,
        region=owing.region,
        kind=task.kind,
        agency=task.agency_id,
        unit=task.unit_id,
        due_at=task.due_at,
        days=(at - task.due_at).days,
        workdays=max(workdays, 0),
        fired=fired,
    )


def _count(found: Found, late: Late, *, telling: bool) -> None:
    counted = found.of(late.agency)
    counted.tasks += 1
    counted.cases.add(late.case)
    counted.longest = max(counted.longest, late.workdays)
    for step in late.fired:
        counted.steps[step] += 1
    if telling:
        found.rows.append(late)


def totals(figures: dict[str, Any], directory: Directory) -> Iterator[list[Any]]:
    """A line for each agency, whoever is late with most first."""
    agencies = order_of(figures)
    for agency, counted in agencies:
        yield [words.agency_text(int(agency), directory), *_numbers(counted)]
    yield ["合计", *_numbers(whole_of(figures))]


def whole_of(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of all agencies together."""
    rows = figures["agencies"].values()
    return {
        **{name: figures[name] for name in ("tasks", "before", "cases")},
        "longest": max((row["longest"] for row in rows), default=0),
        "steps": {step.code: sum(row["steps"][step.code] for row in rows) for step in STEPS},
    }


def order_of(figures: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The agencies with their counts, whoever is late with most first."""
    found = figures["agencies"].items()
    return sorted(found, key=lambda each: (-each[1]["tasks"], -each[1]["longest"], int(each[0])))


def _numbers(counted: dict[str, Any]) -> list[int]:
    steps = [counted["steps"][step.code] for step in STEPS]
    tasks, before = counted["tasks"], counted["before"]
    return [tasks, before, tasks - before, counted["cases"], counted["longest"], *steps]


def cells_of(late: Late, directory: Directory) -> list[Any]:
    """One row without its number."""
    return [
        late.case,
        directory.region_path(late.region) or late.region,
        words.TASK_NAMES.get(late.kind, late.kind),
        words.agency_text(late.agency, directory),
        words.agency_text(late.unit, directory),
        late.due_at,
        late.days,
        late.workdays,
        *(late.fired.get(step.code, "") for step in STEPS),
    ]


def excerpts(rows: Iterable[Late]) -> dict[int, list[Late]]:
    """The rows of each agency that works on them: the one that owes them, and its unit that has them."""
    found: dict[int, list[Late]] = {}
    for late in rows:
        for agency in {late.agency, late.unit} - {None}:
            found.setdefault(agency or 0, []).append(late)
    return found


NOTES: Final = (
    "按周期结束时刻（下周一零时）尚未办结且已过期限的事项统计；计时中止期间不计逾期。",
    "催办、督办、通报各列为该步骤发出的时间，空白为尚未发出。逾期工作日按当地工作日历计算。",
    "敏感、内部案件不列入，另行专报。",
)


def write_bulletin(version: ReportVersion, found: Found, at: datetime) -> Iterator[tuple[Pieces, int]]:
    """The workbooks: of all agencies for those who watch, and of each agency its own; each with its number of rows."""
    directory = get_directory()
    for audience in (COMMISSION, WATCH):
        pieces = Pieces(version, audience, "xlsx")
        _write(pieces, head_of(version, at, directory), found.rows, found.figures())
        yield pieces, len(found.rows)
    for agency, rows in sorted(excerpts(found.rows).items()):
        pieces = Pieces(version, AGENCY, "xlsx", agency)
        named = words.agency_text(agency, directory)
        _write(pieces, head_of(version, at, directory, of=named), rows, None)
        yield pieces, len(rows)


def _write(pieces: Pieces, head: Head, rows: list[Late], figures: dict[str, Any] | None) -> None:
    directory = get_directory()
    with Book(pieces, head.at.astimezone(CHINA), first=[TOTALS]) as book:
        with book.page(TOTALS, Layout((30, *(13,) * 9))) as page:
            page.write([As(TITLE, head.title)])
            for name, text in head.lines():
                page.write([As(BOLD, name), As(NOTE, text)])
            for note in NOTES:
                page.write([As(NOTE, note)])
            page.write([])
            if figures is not None:
                page.write([As(HEADER, name) for name in TOTAL_HEADS])
                for line in totals(figures, directory):
                    page.write(line)
            else:
                page.write([As(BOLD, "逾期事项"), len(rows)])
        with book.page(SHEET, LAYOUT) as page:
            page.write([f"{head.title}　{head.number}"])
            page.write([*HEADS, *STEP_HEADS])
            for n, late in enumerate(rows, 1):
                page.write([n, *cells_of(late, directory)])
