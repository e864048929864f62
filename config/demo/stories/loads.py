"""Daily loads of some cases: made for the demo from the monthly energy that its findings tell, and measured by nobody.

The same numbers each time: what looks like chance is a hash of the day and the quarter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from cases.policy.energy.days import QUARTERS, Day, begins, clock, written
from config.demo.play import CHINA, Play
from config.demo.stories.first_weeks import Cast

Course = Callable[[date, int], float]
# 35,000 kWh in 30 days, day and night alike.
MINING_KW = 35_000 / 30 / 24
CUT, RESTARTED = datetime(2021, 10, 25, 9, 40, tzinfo=CHINA), date(2021, 10, 12)


def chance(*of: object) -> float:
    """A number from 0 to 1 that is the same each time."""
    digest = hashlib.sha256("|".join(map(str, of)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def machines(seed: str) -> Course:
    """A load as even as that of machines that never stop; once they start again after a fall by night."""

    def kw(day: date, quarter: int) -> float:
        if day == RESTARTED and quarter in (13, 14):
            return MINING_KW * (0.65, 0.2)[quarter - 13]
        return MINING_KW * (0.98 + 0.04 * chance(seed, day, quarter))

    return kw


def office(day: date, quarter: int) -> float:
    """A school: people by day, little by night and at the weekend, one server that somebody else uses all the time."""
    busy = day.weekday() < 5 and 32 <= quarter < 72
    return 1.6 + (3.4 if busy else 0.3) * (0.8 + 0.4 * chance("office", day, quarter))


def household(day: date, quarter: int) -> float:
    """A flat with a few machines in it: even by night, more in the evening."""
    evening = 2.5 if 72 <= quarter < 92 else 0.4
    return 4.1 + evening * chance("flat", day, quarter)


def days_of(course: Course, first: date, last: date, until: datetime | None = None) -> dict[date, Day]:
    """The days from the first to the last one; what comes after `until` is not measured yet."""
    return {day: _day(course, day, until) for day in (first + timedelta(n) for n in range((last - first).days + 1))}


def _day(course: Course, day: date, until: datetime | None) -> Day:
    zero = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    known = QUARTERS if until is None else (until - zero) // timedelta(minutes=15)
    return tuple(Decimal(f"{course(day, n):.2f}") if n < known else None for n in range(QUARTERS))


def after_the_cut(course: Course) -> Course:
    """The same until the supply was cut, and nothing afterwards."""

    def kw(day: date, quarter: int) -> float:
        at = datetime(day.year, day.month, day.day, tzinfo=CHINA) + quarter * timedelta(minutes=15)
        # In the quarter of the cut a part of it was still drawn.
        drawn = max(0.0, min(1.0, (CUT - at) / timedelta(minutes=15)))
        return course(day, quarter) * drawn

    return kw


def with_gaps(days: dict[date, Day]) -> dict[date, Day]:
    """As a meter tells that could not be reached: a night without readings, two days not at all, single points."""
    kept = {day: list(values) for day, values in days.items() if day not in (date(2021, 10, 2), date(2021, 10, 3))}
    kept[date(2021, 10, 5)][0:26] = [None] * 26
    for n in (5, 41, 77):
        kept[date(2021, 10, 8)][n] = None
    return {day: tuple(values) for day, values in kept.items()}


def by_the_hour(days: dict[date, Day]) -> bytes:
    """A table of 24 points a day, in kWh, as an older meter tells."""
    lines = [["日期", "单位", *(begins(n, 24) for n in range(24))]]
    for day, values in days.items():
        hours = (values[n * 4 : n * 4 + 4] for n in range(24))
        lines.append([day.isoformat(), "kWh", *(f"{sum(v for v in hour if v is not None) / 4:.3f}" for hour in hours)])
    return _table(lines)


def by_the_point(days: dict[date, Day]) -> bytes:
    """A row a point, in kWh of a quarter, its time the end of it: the last one of a day is 24:00."""
    lines = [["数据时间", "电量（kWh）"]]
    for day, values in days.items():
        for n, value in enumerate(values):
            lines.append([f"{day} {clock(n + 1)}", "" if value is None else f"{value / 4:.4f}"])
    return _table(lines)


def _table(lines: list[list[str]]) -> bytes:
    return "\r\n".join(",".join(line) for line in lines).encode("gb18030")


def before(play: Play, cast: Cast) -> None:
    """14 October: the month before, with the findings on consumption."""
    play.title("日负荷：供电公司导入近 30 日的 96 点数据（演示用数据按月用电量生成，不是实测）")
    first, last = date(2021, 9, 14), date(2021, 10, 13)
    for number, seed in ((cast.whole, "whole"), (cast.restored, "restored")):
        play.load("grid-handler1", number, "日负荷.csv", written(days_of(machines(seed), first, last)))
    gaps = with_gaps(days_of(machines("returned"), first, last))
    play.load("grid-handler1", cast.returned_order, "采集数据.csv", by_the_point(gaps))
    play.load("grid-handler1", cast.victim, "小时电量.csv", by_the_hour(days_of(office, first, last)))
    play.load("grid-handler1", cast.households[0], "日负荷.csv", written(days_of(household, first, last)))


def after(play: Play, cast: Cast) -> None:
    """26 October: the day after the cut."""
    now = play.clock("2021-10-26 15:00", "停电次日，供电公司导入停电前后的负荷")
    play.title("日负荷：停电后降为零")
    first, last = date(2021, 10, 14), date(2021, 10, 26)
    for number, seed in ((cast.whole, "whole"), (cast.restored, "restored")):
        days = days_of(after_the_cut(machines(seed)), first, last, now)
        play.load("grid-handler1", number, "停电前后负荷.csv", written(days))
