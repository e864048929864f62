"""What is counted of a region's cases at the end of a week, and at the end of the week before. Pure.

A case counts with what it was at that instant. A merged case is received and merged, and nothing else: what becomes of
it is the survivor's. Hence in every line: received = merged + open + cleared.

Sources: 发改运行〔2021〕1283号 三(三)(四), 四(六) (energy of a new project counts twice), 六(二十); domain.md rule 64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple


class Measure(NamedTuple):
    """One column of the summary."""

    code: str
    zh: str
    en: str


MEASURES: Final = (
    Measure("received", "收到", "Received"),
    Measure("merged", "其中并案", "of these merged"),
    Measure("located", "已定位", "Located"),
    Measure("verified", "已核实认定", "Verified"),
    Measure("mining", "其中属实", "of these confirmed"),
    Measure("suspended", "已停电", "Suspended"),
    Measure("power_off", "其中期末在停", "of these still off"),
    Measure("surcharged", "已加价", "Surcharged"),
    Measure("charging", "其中期末执行中", "of these still charged"),
    Measure("cleared", "已销号", "Cleared"),
    Measure("open", "在办", "Open"),
    Measure("overdue_cases", "逾期案件", "Cases overdue"),
    Measure("overdue_tasks", "逾期事项", "Tasks overdue"),
)
CODES: Final = tuple(measure.code for measure in MEASURES)
# 存量 or 增量; what nobody said counts once.
PROJECTS: Final = {
    "existing": ("存量", "Existing"),
    "new": ("增量（新增）", "New"),
    "under_construction": ("在建", "Under construction"),
}
DOUBLED: Final = frozenset({"new", "under_construction"})
# A sum over fewer cases than this tells what one of them uses.
FEWEST: Final = 3
ENERGY: Final = ("kwh", "assessed")


@dataclass(frozen=True, slots=True)
class Standing:
    """What one case was at an instant; `kwh` is the monthly energy of confirmed mining, `project` what it is of."""

    region: str
    marks: frozenset[str]
    subject: str = ""
    finding: str = ""
    outcome: str = ""
    overdue: int = 0
    project: str = ""
    kwh: Decimal | None = None

    @property
    def assessed(self) -> Decimal | None:
        """What counts in the region's assessment of energy (能耗双控): of a new project twice."""
        return assessed(self.kwh, self.project)


def assessed(kwh: Decimal | None, project: str) -> Decimal | None:
    return None if kwh is None else kwh * (2 if project in DOUBLED else 1)


@dataclass(slots=True)
class Line:
    """The counts of one region at one instant."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CODES, 0))
    kwh: Decimal = Decimal(0)
    assessed: Decimal = Decimal(0)
    with_kwh: int = 0
    new_projects: int = 0

    def add(self, case: Standing) -> None:
        for code in case.marks:
            self.counts[code] += 1
        self.counts["overdue_cases"] += case.overdue > 0
        self.counts["overdue_tasks"] += case.overdue
        self.new_projects += case.project in DOUBLED and "mining" in case.marks
        if case.kwh is not None:
            self.kwh += case.kwh
            self.assessed += case.assessed or 0
            self.with_kwh += 1

    def as_dict(self) -> dict[str, Any]:
        energy = {"kwh": f"{self.kwh:f}", "assessed": f"{self.assessed:f}"}
        return {**self.counts, **energy, "with_kwh": self.with_kwh, "new_projects": self.new_projects}


@dataclass(slots=True)
class Tally:
    """All cases of a report, added one after another."""

    lines: dict[str, Line] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)

    def add(self, case: Standing) -> None:
        self.lines.setdefault(case.region, Line()).add(case)
        if "merged" in case.marks:
            return
        # What nobody has said yet stands under the empty code.
        for table, code in ((self.subjects, case.subject), (self.findings, case.finding)):
            table[code] = table.get(code, 0) + 1
        if "cleared" in case.marks:
            self.outcomes[case.outcome] = self.outcomes.get(case.outcome, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        """As it is kept: the same for the same cases, in whatever order they came."""
        return {
            "regions": {code: line.as_dict() for code, line in sorted(self.lines.items())},
            **{name: dict(sorted(getattr(self, name).items())) for name in ("subjects", "findings", "outcomes")},
        }


def rolled_up(regions: Mapping[str, Mapping[str, Any]], home: str) -> dict[str, dict[str, Any]]:
    """A line for the region itself and one for each region in it that has cases, each with all that lies in it."""
    codes = {home} | {code[:n] for code in regions for n in range(len(home), len(code) + 1, 2)}
    return {
        code: _sum(line for where, line in regions.items() if where.startswith(code))
        for code in sorted(codes, key=lambda code: (code != home, code))
    }


def _sum(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = Line().as_dict()
    for line in lines:
        for name, value in line.items():
            decimal = isinstance(value, str)
            total[name] = f"{Decimal(total[name]) + Decimal(value):f}" if decimal else total[name] + value
    return total


def told_lines(regions: Mapping[str, Mapping[str, Any]], home: str, *, whole: bool) -> dict[str, dict[str, Any]]:
    """The lines as they are shown: energy is None where its sum is left out; `whole`: none is."""
    lines = rolled_up(regions, home)
    told = set(lines) if whole else energy_told(lines)
    return {code: line if code in told else {**line, **dict.fromkeys(ENERGY)} for code, line in lines.items()}


def energy_told(lines: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The regions whose sums of energy are told: none that rests on fewer than three cases.

    Nor one that its neighbours and the sum of all would give away: where just one region of a level is left out, the
    smallest of the others is, too.
    """
    told = {code for code, line in lines.items() if line["with_kwh"] >= FEWEST or not line["with_kwh"]}
    for parent in lines:
        inside = [code for code in lines if code[:-2] == parent]
        silent = [code for code in inside if code not in told]
        if len(silent) == 1 and (spoken := [code for code in inside if code in told and lines[code]["with_kwh"]]):
            told.discard(min(spoken, key=lambda code: (lines[code]["with_kwh"], code)))
    return told


class Difference(NamedTuple):
    """One figure that two versions of a report give otherwise; `path` leads to it."""

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What the later figures say otherwise, figure by figure."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    paths = sorted(old.keys() | new.keys())
    return [Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]


def _leaves(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value
