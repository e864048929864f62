"""What a list finds as a sheet: its title, its heads with their units, and the cells of a row as the page shows it.

Only what the list itself shows this person: no field that a page masks stands here in another form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext

from agencies.directory import get_directory
from agencies.vocabulary import LABELS, Confidentiality
from cases.selectors.paging import Row
from cases.web.show.case import SUBJECTS
from cases.web.show.words import OUTCOMES, SIGNALS, STAGES, STRENGTHS, clauses, level, say
from cases.workflow.forms.choices import LEVELS
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Text

_LEVELS: Final = dict(LEVELS)
_AHEAD: Final = (
    ("案件编号", "Case"), ("案件名称", "Name"), ("所在地区", "Region"), ("阶段", "Stage"), ("名单级别", "Level"),
    ("密级", "Confidentiality"), ("牵头单位", "Lead agency"), ("当前办理单位", "Held by"), ("待办事项", "Task"),
    ("承办人", "Assignee"), ("办理期限", "Due"), ("期限状态", "State of the deadline"),
)  # fmt: skip
CASES: Final = (
    *_AHEAD,
    ("待办项数（项）", "Open tasks (number)"), ("用电主体", "Subject"),
    *((f"{look.text.zh}信号强度", f"{look.text.en} (strength)") for look in SIGNALS.values()),
    ("月电量（kWh）", "Monthly energy (kWh)"), ("办结结果", "Outcome"), ("下次复核", "Next review"),
    ("立案时间", "Opened at"), ("本阶段起", "In this stage since"), ("更新时间", "Updated at"),
    ("办结时间", "Closed at"),
)  # fmt: skip
TASKS: Final = (
    ("待办事项", "Task"), ("案件编号", "Case"), ("案件名称", "Name"), ("所在地区", "Region"), ("阶段", "Stage"),
    ("名单级别", "Level"), ("密级", "Confidentiality"), ("办理单位", "Agency"), ("下属单位", "Sub-unit"),
    ("承办人", "Assignee"), ("办理期限", "Due"), ("期限状态", "State of the deadline"), ("交办时间", "Handed over at"),
    ("签收时间", "Receipt at"), ("退回次数（次）", "Returns (number)"),
)  # fmt: skip


def heads(names: Sequence[tuple[str, str]]) -> list[str]:
    return [say(Text(*name)) for name in names]


def about(name: str, words: Sequence[str], rows: str) -> str:
    """What stands in the first line of a file: what it is, on which conditions it rests, and how many rows it has."""
    conditions = clauses(words) or gettext("全部")
    return gettext("%(name)s（条件：%(conditions)s；%(rows)s 行）") % {
        "name": name, "conditions": conditions, "rows": rows,
    }  # fmt: skip


def case_cells(now: datetime, row: Row) -> list[Any]:
    task = row["next_task"]
    signals = row["signals"] or {}
    return [
        row["number"], row["title"], _region(row["region"]), say(STAGES[row["stage"]].text), say(_LEVELS[row["level"]]),
        say(LABELS[Confidentiality(row["confidentiality"])]), _agency(row["lead_agency"]),
        *(_task(task, now) if task else [""] * 5),
        row["open_tasks"] if row["open_tasks"] is not None else "", say(SUBJECTS.get(row["subject"] or "")),
        *(_strength(signals.get(family)) for family in SIGNALS),
        _number(row["monthly_kwh"]), say(OUTCOMES[row["outcome"]].text) if row["outcome"] else "",
        row["review_on"].isoformat() if row["review_on"] else "",
        *(_at(row[name]) for name in ("opened_at", "stage_since", "updated_at", "closed_at")),
    ]  # fmt: skip


def _task(task: Mapping[str, Any], now: datetime) -> list[str]:
    return [
        _agency(task["unit"] or task["agency"]), say(KINDS[task["kind"]].label),
        task["assignee"]["name"] if task["assignee"] else "", _at(task["due_at"]), _late(task, now),
    ]  # fmt: skip


def task_cells(now: datetime, row: Row) -> list[Any]:
    case = row["case"]
    return [
        say(KINDS[row["kind"]].label), case["number"], case["title"], _region(row["region"]),
        say(STAGES[row["stage"]].text), say(_LEVELS[case["level"]]),
        say(LABELS[Confidentiality(case["confidentiality"])]), _agency(row["agency"]), _agency(row["unit"]),
        row["assignee"]["name"] if row["assignee"] else "", _at(row["due_at"]), _late(row, now),
        _at(row["opened_at"]), _at(row["accepted_at"]), row["returns"],
    ]  # fmt: skip


def _late(task: Mapping[str, Any], now: datetime) -> str:
    if task["paused"]:
        return gettext("暂停计时")
    if task["due_at"] is None:
        return ""
    late = gettext("已超期") if task["due_at"] < now else gettext("未到期")
    return gettext("%(state)s（暂定）") % {"state": late} if task["provisional"] else late


def _strength(found: Mapping[str, Any] | None) -> str:
    """In the words of the meter; empty where this person is not told."""
    if found is None:
        return ""
    return say(STRENGTHS[level(found)])


def _number(text: str | None) -> float | int | str:
    """A number for a sheet to reckon with; empty where there is none, or none is told."""
    if text is None:
        return ""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _at(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _agency(ref: Mapping[str, Any] | None) -> str:
    return str(ref["short_name"]) if ref else ""


def _region(ref: Mapping[str, Any] | None) -> str:
    return get_directory().region_path(ref["code"]) if ref else ""
