"""Figures of ledgers and bulletins as tables of a page, in its language, and where two versions differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.directory import get_directory
from cases.intake.feedback.answers import FINDINGS, SUBJECTS
from cases.models import CaseOutcome
from cases.policy.reports.figures import MEASURES, energy_told, rolled_up
from cases.reporting.papers.bulletin import order_of
from cases.reporting.state.fired import STEPS
from cases.web.show.words import OUTCOMES, say
from cases.workflow.view import Text

Label = Text | str
WEEKS: Final = (Text("本周末", "End of the week"), Text("上周末", "A week before"), Text("比上周", "Change"))
ENERGY: Final = {
    "kwh": Text("属实月耗电量（kWh）", "Confirmed, kWh a month"),
    "assessed": Text("能耗双控计入量（kWh，新增加倍）", "Assessed kWh (new ones double)"),
    "new_projects": Text("其中新增、在建项目", "of these new projects"),
}
FEW: Final = Text("不足三件", "Under three")
UNSAID: Final = Text("尚未认定", "Not decided yet")
NAMES: Final = {measure.code: Text(measure.zh, measure.en) for measure in MEASURES}
_AGENCY: Final = {
    "tasks": Text("逾期事项", "Tasks overdue"),
    "before": WEEKS[1],
    "cases": Text("涉及案件", "Cases"),
    "longest": Text("最长逾期工作日", "Longest, working days"),
}
_STEPS: Final = {step.code: Text(step.zh, step.en) for step in STEPS}
_OUTCOMES: Final = {code: OUTCOMES[code].text for code in CaseOutcome.values if code in OUTCOMES}
# Parts of a path that say nothing by themselves.
_SILENT: Final = frozenset({"regions", "agencies", "subjects", "findings", "outcomes", "steps"})
_WORDS: Final[Mapping[str, Text]] = {
    **_OUTCOMES,
    **SUBJECTS,
    **FINDINGS,
    **NAMES,
    **ENERGY,
    **_AGENCY,
    **_STEPS,
    "now": WEEKS[0],
    "with_kwh": Text("有电量的案件", "Cases with energy"),
    "led_elsewhere": Text("由他单位牵头", "Led by another"),
    "": UNSAID,
}


class Table(NamedTuple):
    """A table of the page; the first cell of a row is its heading."""

    title: str
    heads: list[str]
    rows: list[list[Any]]


def ledger_tables(figures: Mapping[str, Any], home: str, *, whole: bool) -> Iterator[Table]:
    """Everything that the summary of the workbook says; `whole`: no sum of energy is left out."""
    now, before = rolled_up(figures["now"]["regions"], home), rolled_up(figures["before"]["regions"], home)
    told, told_before = (set(lines) if whole else energy_told(lines) for lines in (now, before))
    heads = [say(text) for text in WEEKS]
    rows = [
        [say(name), now[home][code], before[home][code], now[home][code] - before[home][code]]
        for code, name in NAMES.items()
    ]
    rows += [
        [
            say(ENERGY[code]),
            _energy(now[home], code, home in told),
            _energy(before[home], code, home in told_before),
            "",
        ]
        for code in ("kwh", "assessed")
    ]
    yield Table(gettext("总体情况"), [gettext("项目"), *heads], rows)
    names = [say(name) for name in (*NAMES.values(), *ENERGY.values())]
    lines = [[_place(code, home), *_line(now[code], told=code in told)] for code in now]
    yield Table(gettext("分地区情况"), [gettext("地区"), *names], lines)
    for title, name, words in (
        (gettext("按主体性质"), "subjects", SUBJECTS),
        (gettext("按核查结果"), "findings", FINDINGS),
        (gettext("按销号结果"), "outcomes", _OUTCOMES),
    ):
        found = _sorts(figures["now"][name], figures["before"][name], words)
        yield Table(title, [gettext("类别"), *heads], list(found))


def bulletin_tables(figures: Mapping[str, Any]) -> Iterator[Table]:
    """Who is late with how many tasks."""
    directory = get_directory()
    names = [_AGENCY["tasks"], WEEKS[1], WEEKS[2], _AGENCY["cases"], _AGENCY["longest"], *_STEPS.values()]
    rows = []
    for agency, counted in order_of(figures):
        named = directory.by_id[int(agency)].name if int(agency) in directory.by_id else agency
        change = counted["tasks"] - counted["before"]
        steps = [counted["steps"].get(step, 0) for step in _STEPS]
        rows.append([named, counted["tasks"], counted["before"], change, counted["cases"], counted["longest"], *steps])
    yield Table(gettext("分单位统计"), [gettext("承办单位"), *(say(name) for name in names)], rows)


def _energy(line: Mapping[str, Any], code: str, told: bool) -> str:  # noqa: FBT001 - the column and whether it is told
    return f"{Decimal(line[code]).normalize():,f}" if told else say(FEW)


def _line(line: Mapping[str, Any], *, told: bool) -> Iterator[Any]:
    yield from (line[code] for code in NAMES)
    yield _energy(line, "kwh", told)
    yield _energy(line, "assessed", told)
    yield line["new_projects"]


def _sorts(now: Mapping[str, int], before: Mapping[str, int], words: Mapping[str, Text]) -> Iterator[list[Any]]:
    for code in (*words, ""):
        if code in now or code in before:
            new, old = now.get(code, 0), before.get(code, 0)
            yield [say(words.get(code, UNSAID)), new, old, new - old]


def _place(code: str, home: str) -> str:
    found = get_directory().regions.get(code)
    return gettext("合计") if code == home else found.name if found else code


def change(path: Sequence[str], before: Any, after: Any) -> dict[str, Any]:
    """One figure that a later version gives otherwise, with where it stands in words."""
    return {
        "where": " · ".join(_said(part) for part in path if part not in _SILENT),
        "before": "--" if before is None else before,
        "after": "--" if after is None else after,
    }


def _said(part: str) -> str:
    directory = get_directory()
    if part in _WORDS:
        return say(_WORDS[part])
    if part in directory.regions:
        return directory.regions[part].name
    agency = directory.by_id.get(int(part)) if part.isdigit() else None
    return agency.name if agency else part
