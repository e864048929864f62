"""The calendar of one region out of the national plans and what regions say about days of their own. Pure.

For each day the nearest region goes before those around it. `national` takes back what a region around says: there the
day is as the State Council arranged it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from io import StringIO
from typing import Any, Final, NamedTuple

from cases.policy.calendar import SATURDAY, WorkingCalendar, YearPlan

PLAN, HOLIDAY, DISASTER, WORKDAY, NATIONAL = "plan", "holiday", "disaster", "workday", "national"
LOCAL_KINDS: Final = (HOLIDAY, DISASTER, WORKDAY, NATIONAL)
OFF: Final = frozenset({HOLIDAY, DISASTER})
# Longer spans are a slip of the pen: the longest stop of work, that of 2020, had ten working days.
LONGEST_SPAN: Final = 31
# A year has 11 to 13 statutory days; with the weekends between them no published plan went beyond 40 days off.
FEWEST_OFF, MOST_OFF, MOST_WORKED = 7, 45, 15
_OFF_WORDS = frozenset({"holiday", "off", "休", "放假"})
_ON_WORDS = frozenset({"workday", "work", "班", "上班", "调休"})


class LocalDay(NamedTuple):
    """What a region says about a span of days."""

    region: str
    kind: str
    first: date
    last: date

    def days(self) -> Iterable[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


class BadPlan(ValueError):
    """A file that is no plan of one year, in a Chinese and an English sentence."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def local_days(region: str, said: Iterable[LocalDay]) -> tuple[frozenset[date], frozenset[date]]:
    """The region's days off and worked days: its own word, else that of the nearest region around it."""
    marks: dict[date, str] = {}
    nearest_last = sorted((one for one in said if region.startswith(one.region)), key=lambda one: len(one.region))
    for one in nearest_last:
        for day in one.days():
            marks[day] = one.kind
    off = frozenset(day for day, kind in marks.items() if kind in OFF)
    return off, frozenset(day for day, kind in marks.items() if kind == WORKDAY)


def calendar_of(
    region: str, national: WorkingCalendar, plans: Mapping[int, YearPlan], said: Iterable[LocalDay]
) -> WorkingCalendar:
    """The calendar of a region: entered plans go before those of the release, local days before both."""
    calendar = national
    for year in sorted(plans):
        if calendar.plans.get(year) != plans[year]:
            calendar = calendar.with_plan(plans[year])
    off, on = local_days(region, said)
    return calendar.with_local_days(holidays=off, workdays=on) if off or on else calendar


def plan_of(year: int, days: Mapping[str, Iterable[str]]) -> YearPlan:
    """A stored plan as a value."""
    return YearPlan(
        year,
        frozenset(map(date.fromisoformat, days["holidays"])),
        frozenset(map(date.fromisoformat, days["workdays"])),
    )


def stored(plan: YearPlan) -> dict[str, list[str]]:
    """A plan in the form that is stored and hashed: ISO dates in order."""
    return {
        "holidays": [day.isoformat() for day in sorted(plan.holidays)],
        "workdays": [day.isoformat() for day in sorted(plan.workdays)],
    }


def read_plan(year: int, text: str) -> YearPlan:
    """A State Council notice as a file: JSON with `holidays` and `workdays`, or lines of `date,holiday|workday`.

    A line or a member may name a span, "2027-02-05/2027-02-11". Raises BadPlan with what is wrong and where.
    """
    body = text.lstrip("\ufeff").strip()
    off, on = _from_json(body) if body.startswith("{") else _from_lines(body)
    return checked_plan(YearPlan(year, frozenset(off), frozenset(on)))


def checked_plan(plan: YearPlan) -> YearPlan:
    """The plan, if it can be one of that year at all. Raises BadPlan."""
    if outside := sorted(day for day in plan.holidays | plan.workdays if day.year != plan.year):
        raise BadPlan(f"{outside[0]} 不在 {plan.year} 年内。", f"{outside[0]} does not lie in {plan.year}.")
    if both := sorted(plan.holidays & plan.workdays):
        raise BadPlan(f"{both[0]} 既放假又上班。", f"{both[0]} is given both as a day off and as a worked day.")
    if weekdays := sorted(day for day in plan.workdays if day.weekday() < SATURDAY):
        raise BadPlan(
            f"{weekdays[0]} 不是周末，无须写为调休上班日。", f"{weekdays[0]} is no weekend day; it is worked anyway."
        )
    if not FEWEST_OFF <= len(plan.holidays) <= MOST_OFF or len(plan.workdays) > MOST_WORKED:
        raise BadPlan(
            f"放假 {len(plan.holidays)} 天、调休上班 {len(plan.workdays)} 天，不像一年的放假安排，请核对文件。",
            f"{len(plan.holidays)} days off and {len(plan.workdays)} worked days are no plan of a year; check it.",
        )
    if date(plan.year, 1, 1) not in plan.holidays:
        raise BadPlan("缺少元旦（1 月 1 日）。", "New Year's Day (1 January) is missing.")
    return plan


def _from_json(body: str) -> tuple[list[date], list[date]]:
    try:
        data: Any = json.loads(body)
    except ValueError as error:
        raise BadPlan("不是有效的 JSON。", "This is not valid JSON.") from error
    lists = [data.get("holidays"), data.get("workdays", [])]
    if not all(isinstance(one, list) and all(isinstance(day, str) for day in one) for one in lists):
        raise BadPlan("缺少 holidays、workdays 两个日期列表。", "The lists holidays and workdays are missing.")
    off, on = ([day for word in one for day in _span(word, "")] for one in lists)
    return off, on


def _from_lines(body: str) -> tuple[list[date], list[date]]:
    off: list[date] = []
    on: list[date] = []
    for number, row in enumerate(csv.reader(StringIO(body)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and not cells[0][:1].isdigit()):
            continue
        kind = cells[1].lower() if len(cells) > 1 else ""
        if kind not in _OFF_WORDS | _ON_WORDS:
            raise BadPlan(
                f"第 {number} 行：第二列应为“休”或“班”（holiday、workday）。",
                f"Line {number}: the second column is 休 or 班 (holiday, workday).",
            )
        (off if kind in _OFF_WORDS else on).extend(_span(cells[0], f"第 {number} 行："))
    return off, on


def _span(word: str, where: str) -> list[date]:
    try:
        ends = [date.fromisoformat(part.strip()) for part in word.split("/")]
    except ValueError:
        ends = []
    if not 1 <= len(ends) <= 2 or not 0 <= (ends[-1] - ends[0]).days < LONGEST_SPAN:
        said = word[:40]
        raise BadPlan(
            f"{where}“{said}”不是日期或起止日期（2027-02-05/2027-02-11）。", f"{said!r} is no day and no span of days."
        )
    return [ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1)]
