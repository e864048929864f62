"""Query parameters, read strictly: a misspelled or unusable filter is refused by name, never silently ignored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from agencies.digits import from_digits
from agencies.directory import AgencyRef, get_directory
from agencies.regions import UnknownRegion, normalise
from cases.selectors.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

LONGEST = 200
YES_NO = {"true": True, "1": True, "false": False, "0": False}
MAX_INT = 2**31 - 1


class Params:
    """Read each parameter once, then call `done()`: it raises InvalidInput for all problems together."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.read: set[str] = set()
        self.problems: dict[str, Text] = {}

    def text(self, name: str, longest: int = LONGEST) -> str | None:
        self.read.add(name)
        value = self.query.get(name)
        if value is None or value == "":
            return None
        if "\x00" in value:
            return self._refuse(name, "含有不能使用的字符", "holds characters that cannot be used")
        if len(value) > longest:
            return self._refuse(name, f"最多 {longest} 个字符", f"at most {longest} characters")
        return value

    def choice(self, name: str, values: Iterable[str]) -> str | None:
        value = self.text(name)
        known = list(values)
        if value is None or value in known:
            return value
        return self._refuse(name, f"应为 {'、'.join(known)} 之一", f"one of: {', '.join(known)}")

    def boolean(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None or value in YES_NO:
            return None if value is None else YES_NO[value]
        return self._refuse(name, "应为 true 或 false", "true or false")

    def whole(self, name: str, low: int, high: int) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        number = from_digits(value, high)
        if number is not None and low <= number:
            return number
        return self._refuse(name, f"应为 {low} 至 {high} 的整数", f"a whole number from {low} to {high}")

    def region(self, name: str = "region") -> str | None:
        """A region by its GB/T 2260 code, with or without trailing zero pairs, or by its full name."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return normalise(value)
        except UnknownRegion as unknown:
            return self._refuse(name, unknown.text.zh, unknown.text.en)

    def agency(self, name: str = "agency") -> AgencyRef | None:
        """An agency by its code."""
        value = self.text(name)
        if value is None:
            return None
        known = get_directory().by_code.get(value)
        return known or self._refuse(name, "没有这个机构代码", "no agency has this code")

    def moment(self, name: str, *, end: bool = False) -> datetime | None:
        """An ISO date or time; a date means its beginning, as an `end` the beginning of the day after."""
        value = self.text(name)
        if value is None:
            return None
        try:
            day = parse_date(value)
            when = parse_datetime(value) if day is None else _midnight(day + timedelta(days=1) if end else day)
            if when is not None:
                aware = when if when.tzinfo else timezone.make_aware(when)
                return aware.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        return self._refuse(name, "应为日期（2026-11-20）或时间（2026-11-20T09:00:00+08:00）", "an ISO date or time")

    def day(self, name: str) -> date | None:
        """An ISO date."""
        value = self.text(name)
        if value is None:
            return None
        try:
            if (found := parse_date(value)) is not None:
                return found
        except ValueError:
            pass
        return self._refuse(name, "应为日期，如 2026-11-20", "an ISO date such as 2026-11-20")

    def week(self, name: str = "week") -> tuple[datetime, datetime] | None:
        """An ISO week such as 2026-W47, Monday to Monday in local time."""
        value = self.text(name)
        if value is None:
            return None
        try:
            year, number = value.split("-W")
            monday = date.fromisocalendar(int(year), int(number), 1)
            return _midnight(monday), _midnight(monday + timedelta(days=7))
        except (ValueError, OverflowError):
            return self._refuse(name, "应为周次，如 2026-W47", "an ISO week such as 2026-W47")

    def page_size(self) -> int:
        return self.whole("page_size", 1, MAX_PAGE_SIZE) or DEFAULT_PAGE_SIZE

    def page(self) -> dict[str, Any]:
        """`cursor` and `size` as the selectors take them."""
        return {"cursor": self.text("cursor", 400), "size": self.page_size()}

    def apart(self, name: str, *others: str) -> None:
        """Refuse each of the others beside `name`: only one of them could be followed."""
        for other in others:
            if self.query.get(name) and self.query.get(other):
                self._refuse(other, f"不能与 {name} 同时使用", f"cannot be used together with {name}")

    def done(self) -> None:
        for name, values in self.query.lists():
            if name not in self.read:
                self.problems[name[:40]] = Text("没有这个参数", "there is no such parameter")
            elif len(values) > 1:
                self.problems[name] = Text("只能给一次", "give it once")
        if self.problems:
            raise InvalidInput(fields=self.problems)

    def _refuse(self, name: str, zh: str, en: str) -> Any:
        """Note the problem; None, as the value that could not be read."""
        self.problems[name] = Text(zh, en)
        return None


def rendered(page: Page) -> dict[str, Any]:
    """A page as the API answers it."""
    return {
        "results": page.rows,
        "next": page.next,
        "previous": page.previous,
        "total": {"value": page.total, "exact": page.exact, "text": page.total_text},
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
