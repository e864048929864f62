"""The period of the dashboard: the last 30 days, this quarter, this year or days of one's own, and the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from cases.policy.dated import CHINA, readable_day
from cases.selectors.dashboard.scope import Span, span
from cases.workflow.view import Text

PERIODS: Final = {
    "30d": Text("近 30 天", "Last 30 days"),
    "quarter": Text("本季", "This quarter"),
    "year": Text("本年", "This year"),
    "own": Text("自选", "Own range"),
}
DEFAULT: Final = "year"
LONGEST: Final = timedelta(days=3660)
EARLIEST: Final = date(2019, 1, 1)
NO_DAY: Final = Text("应为日期，如 2026-11-18", "A date such as 2026-11-18")
BACKWARDS: Final = Text("起始日期不能晚于截止日期", "The first day lies after the last one")
TOO_EARLY: Final = Text("起始日期不能早于 2019-01-01", "The first day cannot lie before 2019-01-01")
NOT_YET: Final = Text("起始日期还没有到", "The first day has not come yet")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, and what of it could not be read."""

    period: str
    span: Span
    problems: dict[str, Text]
    typed: dict[str, str]

    def query(self, **more: str) -> str:
        """The parameters that lead to the same span, with others."""
        own = {"from": self.span.first.isoformat(), "to": self.span.last.isoformat()} if self.period == "own" else {}
        kept = {} if self.period == DEFAULT else {"period": self.period}
        return urlencode({**kept, **own, **{name: value for name, value in more.items() if value}})

    def list_of(self, figure: str, **more: str) -> str:
        """Where exactly the cases of a figure are listed."""
        return f"{reverse('web:dashboard_cases')}?{self.query(of=figure, **more)}"

    def page(self, anchor: str = "", **more: str) -> str:
        """The dashboard itself over the same span."""
        query = self.query(**more)
        return reverse("web:dashboard") + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")

    def words(self) -> str:
        return gettext("%(first)s 至 %(last)s") % {"first": self.span.first, "last": self.span.last}

    def before_words(self) -> str:
        first, last = self.span.before()
        return gettext("%(first)s 至 %(last)s") % {"first": first, "last": last}


def asked(params: QueryDict, now: datetime) -> Asked:
    """Read the address; days that are none are said at their field, and the usual period is shown."""
    today = now.astimezone(CHINA).date()
    period = params.get("period", "")
    typed = {name: params.get(name, "").strip() for name in ("from", "to")}
    problems: dict[str, Text] = {}
    if period == "own" or (period not in PERIODS and any(typed.values())):
        found = _own(typed, today, problems)
        if found is not None:
            first, last = found
            before = (first - (last - first) - timedelta(days=1), first - timedelta(days=1))
            return Asked("own", span(first, last, before, now), problems, typed)
    if period not in PERIODS or period == "own":
        period = DEFAULT
    first, before = _named(period, today)
    return Asked(period, span(first, today, before, now), problems, typed)


def _named(period: str, today: date) -> tuple[date, tuple[date, date]]:
    """The first day, and the days of the period before: of a quarter and a year as many as have passed of this one."""
    if period == "30d":
        first = today - timedelta(days=29)
        return first, (first - timedelta(days=30), first - timedelta(days=1))
    if period == "quarter":
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        earlier = date(first.year - 1, 10, 1) if first.month == 1 else date(first.year, first.month - 3, 1)
    else:
        first = date(today.year, 1, 1)
        earlier = date(today.year - 1, 1, 1)
    return first, (earlier, min(earlier + (today - first), first - timedelta(days=1)))


def _own(typed: dict[str, str], today: date, problems: dict[str, Text]) -> tuple[date, date] | None:
    found = {name: readable_day(text) if text else None for name, text in typed.items()}
    problems |= {name: NO_DAY for name, text in typed.items() if text and found[name] is None}
    last = found["to"] or today
    first = found["from"] or last - timedelta(days=29)
    if not problems and first > last:
        problems["from"] = BACKWARDS
    if not problems and first > today:
        problems["from"] = NOT_YET
    if not problems and first < EARLIEST:
        problems["from"] = TOO_EARLY
    return None if problems else (first, min(last, today))
