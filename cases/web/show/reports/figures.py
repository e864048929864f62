"""Figures of ledgers and bulletins as tables of a page, in its language, and where two versions differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.directory import get_directory
from cases.intake.feedback.answers import FINDINGS, SUBJECTS
from cases.models import CaseOutcome
from cases.policy.reports.figures import ENERGY as SUMS
from cases.policy.reports.figures import MEASURES, told_lines
from cases.reporting.papers.bulletin import order_of, whole_of
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
# The tables whose rows are sorts of cases: one code may stand in two of them, and "" in each.
_SORTS: Final = {
    "subjects": (Text("按主体性质", "By subject"), SUBJECTS),
    "findings": (Text("按核查结果", "By finding"), FINDINGS),
    "outcomes": (Text("按销号结果", "By outcome"), _OUTCOMES),
}
# Parts of a path that say nothing by themselves.
_SILENT: Final = frozenset({"regions", "agencies", "steps"})
_WORDS: Final[Mapping[str, Text]] = {
    **NAMES,
    **ENERGY,
    **_AGENCY,
    **_STEPS,
    "now": WEEKS[0],
    "with_kwh": Text("有电量的案件", "Cases with energy"),
    "led_elsewhere": Text("由他单位牵头", "Led by another"),
}
# The second column of the bulletin, where no column stands before it.
_LATE_BEFORE: Final = Text("上周末逾期事项", "Overdue a week before")


class Table(NamedTuple):
    """A table of the page; the first cell of a row is its heading."""

    title: str
    heads: list[str]
    rows: list[list[Any]]


def ledger_tables(figures: Mapping[str, Any], home: str, *, whole: bool) -> Iterator[Table]:
    """Everything that the summary of the workbook says; `whole`: no sum of energy is left out."""
    now, before = (told_lines(figures[when]["regions"], home, whole=whole) for when in ("now", "before"))
    heads = [say(text) for text in WEEKS]
    yield Table(gettext("总体情况"), [gettext("项目"), *heads], list(_totals(now[home], before[home])))
    names = [say(name) for name in (*NAMES.values(), *ENERGY.values())]
    lines = [[_place(code, home), *_line(now[code])] for code in now]
    yield Table(gettext("分地区情况"), [gettext("地区"), *names], lines)
    yield Table(gettext("分地区比上周增减"), [gettext("地区"), *names[: len(NAMES)]], list(_changed(now, before, home)))
    for name, (title, words) in _SORTS.items():
        found = _sorts(figures["now"][name], figures["before"][name], words)
        yield Table(say(title), [gettext("类别"), *heads], list(found))


def _totals(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[list[Any]]:
    yield from ([say(name), now[code], before[code], now[code] - before[code]] for code, name in NAMES.items())
    yield from (_energies(code, now[code], before[code]) for code in SUMS)
    new, old = now["new_projects"], before["new_projects"]
    yield [say(ENERGY["new_projects"]), new, old, new - old]


def _energies(code: str, now: str | None, before: str | None) -> list[Any]:
    told = now is not None and before is not None
    change = _energy(f"{Decimal(now or 0) - Decimal(before or 0):f}") if told else ""
    return [say(ENERGY[code]), _energy(now), _energy(before), change]


def _changed(now: Mapping[str, Any], before: Mapping[str, Any], home: str) -> Iterator[list[Any]]:
    none = dict.fromkeys(NAMES, 0)
    for place in sorted(now.keys() | before.keys(), key=lambda place: (place != home, place)):
        new, old = now.get(place, none), before.get(place, none)
        yield [_place(place, home), *(new[code] - old[code] for code in NAMES)]


def bulletin_tables(figures: Mapping[str, Any]) -> Iterator[Table]:
    """Who is late with how many tasks."""
    directory = get_directory()
    names = [_AGENCY["tasks"], WEEKS[1], WEEKS[2], _AGENCY["cases"], _AGENCY["longest"], *_STEPS.values()]
    rows = []
    for agency, counted in order_of(figures):
        named = directory.by_id[int(agency)].name if int(agency) in directory.by_id else agency
        rows.append([named, *_late(counted)])
    rows.append([gettext("合计"), *_late(whole_of(figures))])
    yield Table(gettext("分单位统计"), [gettext("承办单位"), *(say(name) for name in names)], rows)


def _late(counted: Mapping[str, Any]) -> list[int]:
    change = counted["tasks"] - counted["before"]
    steps = [counted["steps"].get(step, 0) for step in _STEPS]
    return [counted["tasks"], counted["before"], change, counted["cases"], counted["longest"], *steps]


def _energy(told: str | None) -> str:
    return say(FEW) if told is None else f"{Decimal(told).normalize():,f}"


def _line(line: Mapping[str, Any]) -> Iterator[Any]:
    yield from (line[code] for code in NAMES)
    yield from (_energy(line[code]) for code in SUMS)
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
    """One figure that a later version gives otherwise, with where it stands in words, as the tables say both."""
    return {"where": " · ".join(_where(path)), "before": _cell(before), "after": _cell(after)}


def _where(path: Sequence[str]) -> Iterator[str]:
    if len(path) == 1:
        yield gettext("合计")
    above = ""
    for part in path:
        if above in _SORTS:
            yield say(_SORTS[above][1].get(part, part or UNSAID))
        elif part in _SORTS:
            yield say(_SORTS[part][0])
        elif part not in _SILENT:
            yield say(_LATE_BEFORE) if part == "before" and part == path[-1] else _said(part)
        above = part


def _cell(value: Any) -> Any:
    """A sum of energy is a text, a count a number; what an earlier version did not have yet is neither."""
    return "--" if value is None else _energy(value) if isinstance(value, str) else value


def _said(part: str) -> str:
    directory = get_directory()
    if part in _WORDS:
        return say(_WORDS[part])
    if part in directory.regions:
        return directory.regions[part].name
    agency = directory.by_id.get(int(part)) if part.isdigit() else None
    return agency.name if agency else part
