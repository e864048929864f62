"""用时统计: filters, words and cells of the figures of who held work how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from cases.policy.dated import CHINA, readable_day
from cases.selectors.clocks.dwell import SORTS, DwellFilter
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.show.clocks.words import days
from cases.web.show.words import STAGES, say
from cases.workflow.task_kinds import KINDS
from cases.workflow.texts import describe_stage, describe_task
from cases.workflow.view import Text

# Without a first day the figures are those of so many days, the last one included.
PERIOD: Final = timedelta(days=30)
BY: Final = {
    "agency": Text("单位", "Agency"),
    "unit": Text("下属单位", "Sub-unit"),
    "person": Text("本单位承办人", "Person of the own agency"),
    "stage": Text("阶段", "Stage"),
    "kind": Text("事项", "Kind of task"),
    "region": Text("地区", "Region"),
}
OF: Final = {"ended": Text("期内办结的", "Ended in the period"), "open": Text("期末在办的", "Open at its end")}
COLUMNS: Final = {
    "tasks": Text("件数", "Tasks"),
    "median": Text("用时中位数", "Median"),
    "p90": Text("九成不超过", "90th percentile"),
    "longest": Text("最长", "Longest"),
    "running": Text("计时合计", "Running"),
    "paused": Text("暂停合计", "Paused"),
    "waiting": Text("等待合计", "Waiting"),
    "late": Text("超期比例", "Late share"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, and what of it could not be read."""

    by: str
    wanted: DwellFilter
    first: date
    last: date
    problems: dict[str, Text]


def offered(actor: Actor) -> list[filters.Select]:
    directory = get_directory()
    own = tuple({post.region_code for post in actor.posts})
    agencies = [
        (str(a.id), a.short_name)
        for a in directory.by_code.values()
        if a.active and not a.is_unit and a.region_code.startswith(own)
    ]
    return [
        filters.Select("by", gettext("统计对象"), say(BY["agency"]), [(k, v) for k, v in BY.items() if k != "agency"]),
        filters.Select("of", gettext("范围"), say(OF["ended"]), [("open", OF["open"])]),
        filters.Select("stage", gettext("阶段"), gettext("全部阶段"), [(k, v.text) for k, v in STAGES.items()]),
        filters.Select("district", gettext("区县"), gettext("全部区县"), filters.districts(actor, directory)),
        filters.Select("kind", gettext("事项"), gettext("全部事项"), [(k, kind.label) for k, kind in KINDS.items()]),
        filters.Select("agency", gettext("机构"), gettext("全部机构"), agencies),
        filters.Select(
            "order", gettext("排列"), say(COLUMNS["running"]), [(k, COLUMNS[k]) for k in SORTS if k != "running"]
        ),
    ]


def asked(params: QueryDict, given: Mapping[str, str], now: datetime) -> Asked:
    """Read the address; a day that is none is said at its field, and the usual period is counted."""
    problems: dict[str, Text] = {}
    today = now.astimezone(CHINA).date()
    last = _day(params, "to", problems) or today
    first = _day(params, "from", problems) or last - PERIOD + timedelta(days=1)
    if first > last:
        problems["from"] = Text("起始日期不能晚于截止日期", "The first day lies after the last one")
        first = last - PERIOD + timedelta(days=1)
    wanted = DwellFilter(
        since=_midnight(first),
        until=min(_midnight(last + timedelta(days=1)), max(now, _midnight(first) + timedelta(seconds=1))),
        of=given.get("of", "ended"),
        stage=given.get("stage"),
        region=given.get("district"),
        kind=given.get("kind"),
        agency_id=int(given["agency"]) if "agency" in given else None,
    )
    return Asked(given.get("by", "agency"), wanted, first, last, problems)


def _day(params: QueryDict, name: str, problems: dict[str, Text]) -> date | None:
    typed = params.get(name, "").strip()
    found = readable_day(typed) if typed else None
    if typed and found is None:
        problems[name] = Text("应为日期，如 2026-11-18", "A date such as 2026-11-18")
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), CHINA)


def name_of(row: Row, by: str) -> str:
    """The group in words."""
    value = row[by]
    if by == "stage":
        return say(describe_stage(value))
    if by == "kind":
        return say(describe_task(value))
    return str(value["name"]) if value and value["name"] else "--"


def found(rows: list[Row], by: str) -> str:
    """How many tasks the figures rest on, each once: one that several persons held is counted with the last."""
    each = "ended_here" if by in ("unit", "person") else "tasks"
    return f"{sum(row[each] for row in rows):,}"


def line(row: Row, by: str) -> dict[str, Any]:
    """A row of the page: lengths in working days, the share in percent."""
    return {
        "name": name_of(row, by),
        "tasks": f"{row['tasks']:,}",
        **{name: days(row[name]) for name in ("median", "p90", "longest", "running", "paused", "waiting")},
        "late": "--" if row["late"] is None else f"{row['late'] * 100:.1f}%",
        "late_tasks": f"{row['late_tasks']:,}",
        "ended": f"{row['ended_here']:,}",
    }


def table(rows: list[Row], by: str) -> list[list[str]]:
    """The same as cells of a file."""
    unit = gettext("（工作日）")
    lengths = {"median", "p90", "longest", "running", "paused", "waiting"}
    heads = [say(BY[by]), *(say(text) + (unit if name in lengths else "") for name, text in COLUMNS.items())]
    cells = [[name_of(row, by), *(line(row, by)[name].replace(",", "") for name in COLUMNS)] for row in rows]
    return [heads, *cells]
