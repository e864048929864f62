"""The drawings of a load curve: a day before the band of its 30 days, these days as a map of heat, and their energy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cases.policy.dated import CHINA
from cases.policy.energy.days import QUARTERS, Day, Days, at_quarter, begins, clock
from cases.policy.energy.figures import Band, Figures, bands, month, of_day, thirty
from cases.policy.energy.stops import Stop, rule, stops
from cases.web.show.charts import Area, Cells, Chart, Series, Span, bar_chart, data_table, heat_map, line_chart
from cases.web.show.charts.marks import NONE, scale, write
from cases.web.show.words import clauses, listed, pair

# A label each three hours; of the map of heat each five days.
LABELLED: Final = 8
EACH_DAYS: Final = 5
HEIGHT: Final = 260


@dataclass(frozen=True, slots=True)
class Cut:
    """From when to when the supply was off, where it was cut; open where it still is."""

    begins: datetime
    ends: datetime | None


def cut_of(facts: Mapping[str, Any]) -> Cut | None:
    """The cut that the case knows, and the restoration that followed it."""
    at = (facts.get("suspension") or {}).get("executed_at")
    if not isinstance(at, str):
        return None
    on = (facts.get("restoration") or {}).get("restored_at")
    return Cut(datetime.fromisoformat(at), datetime.fromisoformat(on) if isinstance(on, str) else None)


def plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _row(around: Sequence[Band | None], part: Callable[[Band], Decimal]) -> list[float | None]:
    return [float(part(each)) if each else None for each in around]


def day_chart(days: Days, day: date, numbers: Figures, cut: Cut | None) -> Chart:
    """The day as it was measured, before the mean and the middle eight tenths of its 30 days."""
    values = days[day]
    labels = [clock(n) for n in range(QUARTERS)]
    own = Series(gettext("本户"), [plain(at_quarter(values, n)) for n in range(QUARTERS)], "kW", "c-energy", digits=1)
    around = bands(days, thirty(day))
    mean = Series(gettext("30 日平均"), _row(around, lambda band: band.mean), "kW", "c-base", digits=1)
    title = gettext("%(day)s 日负荷") % {"day": day.isoformat()}
    return line_chart(
        title,
        labels,
        [own, mean],
        areas=[_area(around)],
        marked=_span_of_day(cut, day),
        head=gettext("时刻"),
        height=HEIGHT,
        dots=False,
        every=QUARTERS // LABELLED,
        said=pair(title, clauses([*_course(values, numbers), *told_stops(values, day), *told_cut(cut, [day])])),
    )


def _area(around: Sequence[Band | None]) -> Area:
    low = Series(gettext("30 日 P10"), _row(around, lambda band: band.low), "kW", "c-band", digits=1)
    high = Series(gettext("30 日 P90"), _row(around, lambda band: band.high), "kW", "c-band", digits=1)
    return Area(gettext("30 日 P10 至 P90"), low, high)


def _course(values: Day, numbers: Figures) -> list[str]:
    """The day in words: its mean, its highest and lowest point, what is missing."""
    if numbers.mean is None or numbers.peak is None or numbers.peak_at is None:
        return [gettext("没有读数")]
    least = min(value for value in values if value is not None)
    at_most, at_least = begins(numbers.peak_at, len(values)), begins(values.index(least), len(values))
    said = [
        gettext("平均 %(mean)s kW") % {"mean": write(plain(numbers.mean), 1)},
        gettext("最高 %(most)s kW（%(at)s）") % {"most": write(plain(numbers.peak), 1), "at": at_most},
        gettext("最低 %(least)s kW（%(at)s）") % {"least": write(plain(least), 1), "at": at_least},
    ]
    return [*said, missing(values)] if None in values else said


def missing(values: Day) -> str:
    """How many points of a day were not measured."""
    return gettext("缺测 %(n)s 点") % {"n": values.count(None)}


def told_stops(values: Day, day: date) -> list[str]:
    """What fell and came back, as it was measured."""
    limits = rule(day)
    return [_stop(each, limits.percent) for each in stops(values, day)] if limits else []


def _stop(each: Stop, percent: int) -> str:
    return gettext("%(at)s 起低于当日中位负荷的 %(percent)s%%，%(n)s 分钟内恢复") % {
        "at": clock(each.begins),
        "percent": percent,
        "n": each.minutes,
    }


def told_cut(cut: Cut | None, days: Sequence[date]) -> list[str]:
    """The cut in words, where it touches one of these days."""
    places = _places(cut, days)
    if cut is None or places is None:
        return []
    said = {"off": f"{cut.begins.astimezone(CHINA):%m-%d %H:%M}"}
    if cut.ends is None:
        return [gettext("%(off)s 起停电") % said]
    return [gettext("%(off)s 至 %(on)s 停电") % {**said, "on": f"{cut.ends.astimezone(CHINA):%m-%d %H:%M}"}]


def _places(cut: Cut | None, days: Sequence[date]) -> tuple[int, int] | None:
    """The first and the last quarter of the cut, counted from the beginning of these days, which follow each other."""
    if cut is None:
        return None
    zero = datetime.combine(days[0], time(), CHINA)
    first = (cut.begins - zero) // timedelta(minutes=15)
    last = (cut.ends - zero) // timedelta(minutes=15) if cut.ends else len(days) * QUARTERS - 1
    if last < 0 or first >= len(days) * QUARTERS or last < first:
        return None
    return max(first, 0), min(last, len(days) * QUARTERS - 1)


def _span_of_day(cut: Cut | None, day: date) -> list[Span]:
    places = _places(cut, [day])
    return [Span(gettext("停电"), *places)] if places else []


def heat_chart(days: Days, day: date, cut: Cut | None, links: Mapping[date, str]) -> Chart:
    """30 days of 96 quarters; beside it a row a day, each leading to its day."""
    among = thirty(day)
    title = gettext("至 %(day)s 的 30 日负荷") % {"day": day.isoformat()}
    cells = Cells(
        rows=[f"{each:%m-%d}" for each in among],
        columns=[clock(n) for n in range(QUARTERS)],
        values=[[plain(at_quarter(days.get(each, ()), n)) for n in range(QUARTERS)] for each in among],
        unit="kW",
    )
    places = _places(cut, among)
    span = Span(gettext("停电"), *places) if places else None
    steps = (EACH_DAYS, QUARTERS // LABELLED)
    said = pair(title, clauses([*_over(days, among), *told_cut(cut, among)]))
    return heat_map(cells, said=said, table=day_table(title, days, among, links), steps=steps, span=span)


def _over(days: Days, among: Sequence[date]) -> list[str]:
    """30 days in words: on how many was measured, the highest and the lowest mean of a day, which days are missing."""
    means = {day: of_day(days[day]).mean for day in among if day in days}
    known = {day: mean for day, mean in means.items() if mean is not None}
    if not known:
        return [gettext("没有读数")]
    most, least = max(known, key=lambda day: known[day]), min(known, key=lambda day: known[day])
    said = [
        gettext("有数据 %(n)s 日") % {"n": len(known)},
        gettext("日平均最高 %(most)s kW（%(on)s）") % {"most": write(plain(known[most]), 1), "on": f"{most:%m-%d}"},
        gettext("日平均最低 %(least)s kW（%(on)s）") % {"least": write(plain(known[least]), 1), "on": f"{least:%m-%d}"},
    ]
    absent = [f"{day:%m-%d}" for day in among if day not in known]
    if absent:
        said.append(
            gettext("没有数据的有 %(days)s") % {"days": listed(absent[:EACH_DAYS])} + ("…" * (len(absent) > EACH_DAYS))
        )
    return said


def day_table(title: str, days: Days, among: Sequence[date], links: Mapping[date, str]) -> SafeString:
    """A row a day: its energy, its mean and peak, how even it is and what is missing; the day leads to its curve."""
    heads = [gettext("日期"), "kWh", gettext("平均 kW"), gettext("最大 kW"), gettext("负荷率"), gettext("缺测点")]
    return data_table(title, heads, [_day_row(each, days.get(each), links.get(each, "")) for each in among])


def _day_row(day: date, values: Day | None, href: str) -> list[str]:
    if values is None:
        return [day.isoformat(), *[NONE] * 5]
    found = of_day(values)
    name = format_html('<a href="{}">{}</a>', href, day.isoformat()) if href else day.isoformat()
    numbers = ((found.energy, 0), (found.mean, 1), (found.peak, 1), (found.factor, 2))
    return [name, *(write(plain(value), digits) for value, digits in numbers), str(values.count(None))]


def month_chart(days: Days, day: date) -> Chart:
    """The energy of each of the 30 days."""
    energy = month(days, day)
    series = Series(gettext("日电量"), [plain(kwh) for _, kwh, _ in energy], "kWh", "c-energy")
    title = gettext("至 %(day)s 的 30 日电量") % {"day": day.isoformat()}
    labels = [f"{each:%m-%d}" for each, _, _ in energy]
    return bar_chart(title, labels, series, head=gettext("日期"), height=HEIGHT)


def points_table(days: Days, day: date) -> SafeString:
    """A row a point of the day: its power, the energy that it makes, and the mean of the 30 days at this time."""
    values, around = days[day], bands(days, thirty(day))
    parts = len(values)
    heads = [gettext("时段"), "kW", "kWh", gettext("30 日平均（kW）"), "P10", "P90"]
    rows = []
    for n, value in enumerate(values):
        band = around[n * QUARTERS // parts]
        beside = [plain(band.mean), plain(band.low), plain(band.high)] if band else [None] * 3
        rows.append(
            [
                f"{begins(n, parts)}–{begins(n + 1, parts)}",
                write(plain(value), 3),
                write(plain(value and value * 24 / parts), 3),
                *(write(each, 1) for each in beside),
            ]
        )
    return data_table(gettext("%(day)s 日负荷") % {"day": day.isoformat()}, heads, rows)


def drawing(days: Days, day: date, cut: Cut | None, *, heat: bool) -> dict[str, Any]:
    """The numbers of a drawing, for the script that lets it be touched."""
    labels, among = [clock(n) for n in range(QUARTERS)], thirty(day)
    if heat:
        values = [[plain(at_quarter(days.get(each, ()), n)) for n in range(QUARTERS)] for each in among]
        most = scale([value for row in values for value in row]).most
        shown = [each.isoformat() for each in among]
        return {"labels": labels, "days": shown, "heat": values, "most": most, "cut_days": _places(cut, among)}
    around = bands(days, among)
    return {
        "labels": labels,
        "day": [plain(at_quarter(days[day], n)) for n in range(QUARTERS)],
        "mean": _row(around, lambda band: round(band.mean, 2)),
        "low": _row(around, lambda band: band.low),
        "high": _row(around, lambda band: band.high),
        "cut_day": _places(cut, [day]),
    }
