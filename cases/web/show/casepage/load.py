"""日负荷: one day in 96 points, thirty days of energy, the numbers as a table, and what is computed from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from cases.policy.dated import readable_day
from cases.policy.energy.days import begins
from cases.policy.energy.figures import Figures, month, most_missing, of_day, thirty
from cases.selectors.casepage.load import Load, load_of
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading
from cases.templatetags.lianzhi import when
from cases.web.show.casepage import loads
from cases.web.show.casepage.loads import Cut, cut_of, missing, plain
from cases.web.show.charts import Chart
from cases.web.show.charts.marks import write
from cases.workflow.view import Text

VIEWS: Final = {
    "day": Text("日负荷", "Day"),
    "heat": Text("30 日热力图", "Heat map"),
    "month": Text("30 日电量", "Energy"),
    "table": Text("数据表", "Table"),
}
DAY, HEAT, MONTH, TABLE = VIEWS


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
    numbers, cut = of_day(found.days[day]), cut_of(case["facts"])
    energy = month(found.days, day)
    drawn = _drawn(found, day, current, numbers, cut, params)
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
        "chart": drawn,
        "table": loads.points_table(found.days, day) if current == TABLE else "",
        "data": _data(found, day, current, cut),
        "export": reverse("web:load_readings", args=[case["number"]]) if until is None else "",
        "figures": _figures(numbers, energy),
        "stops": [
            *loads.told_stops(found.days[day], day),
            *loads.told_cut(cut, thirty(day) if current in (HEAT, MONTH) else [day]),
        ],
        **_source(found, day, numbers),
    }


def _drawn(found: Load, day: date, current: str, numbers: Figures, cut: Cut | None, params: QueryDict) -> Chart | None:
    if current == DAY:
        return loads.day_chart(found.days, day, numbers, cut)
    if current == HEAT:
        return loads.heat_chart(found.days, day, cut, {each: _address(params, each) for each in found.days})
    return loads.month_chart(found.days, day) if current == MONTH else None


def _address(params: QueryDict, day: date) -> str:
    """The same page with the curve of a day."""
    query = params.copy()
    query["signal"], query["show"], query["load"] = "energy", DAY, day.isoformat()
    query.pop("history", None)
    return f"?{query.urlencode()}#h-load"


def _data(found: Load, day: date, current: str, cut: Cut | None) -> str:
    """The numbers of the drawing for the script that lets it be touched; empty where there is nothing to touch."""
    if current not in (DAY, HEAT):
        return ""
    words = {
        "own": gettext("本户"),
        "mean": gettext("30 日平均"),
        "band": gettext("30 日 P10 至 P90"),
        "gap": gettext("缺测"),
        "cut": gettext("停电"),
        "keys": gettext("负荷图，方向键逐点读数"),
    }
    drawn = loads.drawing(found.days, day, cut, heat=current == HEAT)
    return json.dumps({**drawn, "show": current, "words": words}, separators=(",", ":"), ensure_ascii=False)


def _beside(found: Load, day: date, *, before: bool) -> str:
    """The nearest day with readings before or after this one."""
    days = [each for each in found.days if (each < day if before else each > day)]
    return (max(days) if before else min(days)).isoformat() if days else ""


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
        {"label": label, "value": write(plain(value), digits), "unit": unit if value is not None else "", "how": how}
        for label, value, unit, digits, how in found
    ]


def _covered(days: int, whole: int) -> str:
    return gettext("截至当日的 30 日，有数据 %(days)s 日，其中各点齐全 %(whole)s 日") % {"days": days, "whole": whole}


EXPORT_HEADS: Final = (
    Text("日期", "Day"),
    Text("时段起", "From"),
    Text("时段止", "To"),
    Text("kW", "kW"),
    Text("来源文件 SHA-256", "SHA-256 of the file"),
)


def export_rows(found: Load) -> list[list[str]]:
    """Every point of every day, the gaps among them as empty cells; of each day the files that told of it."""
    rows = []
    for day in sorted(found.days):
        values, files = found.days[day], " ".join(str(row["sha256"]) for row in found.sources[day])
        for n, value in enumerate(values):
            times = [begins(n, len(values)), begins(n + 1, len(values))]
            rows.append([day.isoformat(), *times, "" if value is None else f"{value:f}", files])
    return rows


def _source(found: Load, day: date, numbers: Figures) -> dict[str, Any]:
    """Who brought the readings of the day, and when; what is missing of it, what was corrected."""
    rows = found.sources[day]
    values = found.days[day]
    said = [missing(values)] if None in values else []
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
