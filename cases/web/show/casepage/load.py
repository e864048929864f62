"""日负荷: one day in 96 points, thirty days of energy, the numbers as a table, and what is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.policy.dated import readable_day
from cases.policy.energy.days import Day, begins, clock
from cases.policy.energy.figures import Figures, month, most_missing, of_day
from cases.policy.energy.stops import Stop, rule, stops
from cases.selectors.casepage.load import Load, load_of
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading
from cases.templatetags.lianzhi import when
from cases.web.show.charts import Chart, Series, bar_chart, data_table, line_chart
from cases.web.show.charts.marks import write
from cases.web.show.words import clauses, pair
from cases.workflow.view import Text

VIEWS: Final = {
    "day": Text("日负荷", "Daily load"),
    "month": Text("30 日电量", "30 days of energy"),
    "table": Text("数据表", "Table"),
}
DAY, MONTH, TABLE = VIEWS
# A label each three hours.
LABELLED: Final = 8
HEIGHT: Final = 260


def load_curve(
    actor: Actor, case: Row, read: Reading | None, params: QueryDict, until: datetime | None = None
) -> dict[str, Any] | None:
    """What the page shows of the curve; None where nothing is on record for this person.

    `load`: the day, the latest one where it is left out or has no readings; `show`: one of the views.
    """
    found = load_of(actor, case["id"], read, until=until)
    if found is None:
        return None
    if found.withheld or not found.days:
        return {"withheld": True}
    asked = readable_day(params.get("load", ""))
    day = asked if asked in found.days else max(found.days)
    current = params.get("show", DAY) if params.get("show") in VIEWS else DAY
    numbers = of_day(found.days[day])
    energy = month(found.days, day)
    return {
        "withheld": False,
        "day": day.isoformat(),
        "points": len(found.days[day]),
        "minutes": 1440 // len(found.days[day]),
        "absent": asked.isoformat() if asked and asked != day else "",
        "views": [{"key": key, "text": text, "current": key == current} for key, text in VIEWS.items()],
        "show": current,
        "earlier": _beside(found, day, before=True),
        "later": _beside(found, day, before=False),
        "chart": _of_day(found.days[day], day, numbers) if current == DAY else _of_month(energy, day),
        "table": _numbers(found.days[day], day) if current == TABLE else "",
        "figures": _figures(numbers, energy),
        "stops": _stops(found.days[day], day),
        **_source(found, day, numbers),
    }


def _beside(found: Load, day: date, *, before: bool) -> str:
    """The nearest day with readings before or after this one."""
    days = [each for each in found.days if (each < day if before else each > day)]
    return (max(days) if before else min(days)).isoformat() if days else ""


def _of_day(values: Day, day: date, numbers: Figures) -> Chart:
    labels = [begins(n, len(values)) for n in range(len(values))]
    own = Series(gettext("本户"), [_plain(value) for value in values], "kW", "c-energy", digits=1)
    title = gettext("%(day)s 日负荷") % {"day": day.isoformat()}
    said = pair(title, clauses([*_course(values, numbers), *_stops(values, day)]))
    return line_chart(
        title, labels, [own], head=gettext("时刻"), height=HEIGHT, dots=False, every=len(values) // LABELLED, said=said
    )


def _course(values: Day, numbers: Figures) -> list[str]:
    """The day in words: its mean, its highest and lowest quarter, what is missing."""
    if numbers.mean is None or numbers.peak is None or numbers.peak_at is None:
        return [gettext("没有读数")]
    least = min(value for value in values if value is not None)
    said = [
        gettext("平均 %(mean)s kW") % {"mean": write(_plain(numbers.mean), 1)},
        gettext("最高 %(most)s kW（%(at)s）")
        % {"most": write(_plain(numbers.peak), 1), "at": begins(numbers.peak_at, len(values))},
        gettext("最低 %(least)s kW（%(at)s）")
        % {"least": write(_plain(least), 1), "at": begins(values.index(least), len(values))},
    ]
    return [*said, _missing(values)] if None in values else said


def _missing(values: Day) -> str:
    return gettext("缺测 %(n)s 点") % {"n": values.count(None)}


def _of_month(energy: Sequence[tuple[date, Decimal | None, bool]], day: date) -> Chart:
    labels = [f"{each:%m-%d}" for each, _, _ in energy]
    series = Series(gettext("日电量"), [_plain(kwh) for _, kwh, _ in energy], "kWh", "c-energy")
    title = gettext("至 %(day)s 的 30 日电量") % {"day": day.isoformat()}
    return bar_chart(title, labels, series, head=gettext("日期"), height=HEIGHT)


def _numbers(values: Day, day: date) -> Any:
    """A row a point: the time and its power, with the energy that it makes."""
    heads, parts = [gettext("时段"), "kW", "kWh"], len(values)
    rows = [
        [
            f"{begins(n, parts)}–{begins(n + 1, parts)}",
            write(_plain(value), 3),
            write(_plain(value and value * 24 / parts), 3),
        ]
        for n, value in enumerate(values)
    ]
    return data_table(gettext("%(day)s 日负荷") % {"day": day.isoformat()}, heads, rows)


def _figures(numbers: Figures, energy: Sequence[tuple[date, Decimal | None, bool]]) -> list[dict[str, str]]:
    """The figures below the drawing, each with how it is computed."""
    measured = [kwh for _, kwh, _ in energy if kwh is not None]
    days, whole = len(measured), sum(complete for _, _, complete in energy)
    found = [
        (gettext("日平均负荷"), numbers.mean, "kW", 1, gettext("当日各点功率的平均")),
        (gettext("负荷率"), numbers.factor, "", 2, gettext("平均负荷 ÷ 最大负荷")),
        (
            gettext("0 至 6 时电量占比"),
            numbers.night and numbers.night * 100,
            "%",
            1,
            gettext("0 至 6 时各点电量 ÷ 全日电量"),
        ),
        (gettext("当日电量"), numbers.energy, "kWh", 0, gettext("各点功率 × 每点时长之和")),
        (gettext("近 30 日电量"), sum(measured, Decimal()), "kWh", 0, _covered(days, whole)),
    ]
    return [
        {"label": label, "value": write(_plain(value), digits), "unit": unit if value is not None else "", "how": how}
        for label, value, unit, digits, how in found
    ]


def _covered(days: int, whole: int) -> str:
    return gettext("截至当日的 30 日，有数据 %(days)s 日，其中各点齐全 %(whole)s 日") % {"days": days, "whole": whole}


def _stops(values: Day, day: date) -> list[str]:
    """What fell and came back, as it was measured."""
    limits = rule(day)
    return [_stop(each, limits.percent) for each in stops(values, day)] if limits else []


def _stop(each: Stop, percent: int) -> str:
    return gettext("%(at)s 起低于当日中位负荷的 %(percent)s%%，%(n)s 分钟内恢复") % {
        "at": clock(each.begins),
        "percent": percent,
        "n": each.minutes,
    }


def _source(found: Load, day: date, numbers: Figures) -> dict[str, Any]:
    """Who brought the readings of the day, and when; what is missing of it, what was corrected."""
    rows = found.sources[day]
    values = found.days[day]
    said = [_missing(values)] if None in values else []
    if numbers.factor is None and None in values:
        said.append(gettext("缺测超过 %(n)s 分钟，不计算负荷率和夜间占比") % {"n": most_missing() * 15})
    if found.corrected[day]:
        said.append(gettext("更正过 %(n)s 点，更正前的数据在原文件中") % {"n": found.corrected[day]})
    return {
        "sources": [
            {
                "agency_id": row["agency"]["id"] if row["agency"] else None,
                "who": row["uploaded_by"]["name"] if row["uploaded_by"] else "",
                "at": when(row["at"]),
            }
            for row in rows
        ],
        "remarks": said,
    }


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
