"""The calculators of statutory periods: every clock from one day, in words, with how it was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, ngettext

from agencies.directory import Directory
from cases.policy.law import RULE_SET_VERSION
from cases.policy.statutory import Counting, begins, clock_keys, counting, late_fine
from cases.web.show.words import say
from cases.workflow.fields import Field
from cases.workflow.forms.reading import Unreadable, as_date, as_number
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for

FROM = Field("from", "date", Text("起算日", "From"))
PAID_ON = Field("paid_on", "date", Text("缴款日期", "Paid on"))
FINE = Field("fine", "decimal", Text("罚款金额", "Fine"), minimum=0, places=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, and what of it could not be read."""

    start: date
    region: str
    clock: str
    fine: Decimal | None
    paid_on: date | None
    problems: dict[str, Text]


def asked(query: QueryDict, directory: Directory, today: date, region: str) -> Asked:
    """Read the address; what cannot be read is said at its field, and the rest is counted."""
    problems: dict[str, Text] = {}

    def one(field: Field, reader: Any) -> Any:
        typed = query.get(field.name, "").strip()
        if not typed:
            return None
        try:
            return reader(field, typed)
        except Unreadable as wrong:
            problems[field.name] = wrong.text
            return None

    start = one(FROM, as_date) or today
    place = query.get("region", "").strip() or region
    if place and place not in directory.regions:
        problems["region"] = Text("没有这个地区，请从列表中选择", "There is no such region; choose one of the list")
        place = region
    clock = query.get("clock", "").strip()
    if clock and clock not in clock_keys():
        problems["clock"] = Text("没有这个期限，请从列表中选择", "There is no such period; choose one of the list")
        clock = ""
    return Asked(start, place, clock, one(FINE, as_number), one(PAID_ON, as_date), problems)


def rows(found: Asked, directory: Directory) -> list[dict[str, Any]]:
    """One row a clock; a rule that was not in force on the day says from when it is."""
    calendar = calendar_for(found.region, directory)
    keys = (found.clock,) if found.clock else clock_keys()
    return [_row(key, found, calendar) for key in keys]


def _row(key: str, found: Asked, calendar: Any) -> dict[str, Any]:
    since = begins(key)
    if found.start < since:
        return {"key": key, "before": since, **_named(counting(key, since, calendar, found.region))}
    count = counting(key, found.start, calendar, found.region)
    return {
        "key": key,
        **_named(count),
        "last_day": count.deadline.last_day,
        "provisional": count.deadline.provisional,
        "steps": _steps(count),
        "fine": _late(key, found, count),
    }


def _named(count: Counting) -> dict[str, Any]:
    one = count.deadline
    return {
        "label": Text(one.zh, one.en),
        "since": Text(count.since_zh, count.since_en),
        "length": length(one.amount, one.unit),
        "article": one.article,
        "after": count.nature == "after",
        "certainty": count.certainty,
    }


def length(amount: int, unit: str) -> str:
    """A period in words, with the kind of its days."""
    if unit == "working_days":
        return ngettext("%(n)s 个工作日", "%(n)s 个工作日", amount) % {"n": amount}
    if unit == "calendar_days":
        return ngettext("%(n)s 日（自然日）", "%(n)s 日（自然日）", amount) % {"n": amount}
    if unit == "months":
        return ngettext("%(n)s 个月", "%(n)s 个月", amount) % {"n": amount}
    return ngettext("%(n)s 年", "%(n)s 年", amount) % {"n": amount}


def _steps(count: Counting) -> list[str]:
    """How it was counted: the first day not counted, days off passed over, the last day rolled on."""
    said = [gettext("首日不计，自 %(day)s 起算") % {"day": count.begins.isoformat()}]
    if count.off:
        said.append(ngettext("扣除 %(n)s 个休息日", "扣除 %(n)s 个休息日", count.off) % {"n": count.off})
    if count.rolled:
        said.append(
            gettext("期满日 %(day)s 为休息日，顺延至 %(last)s")
            % {"day": count.nominal.isoformat(), "last": count.deadline.last_day.isoformat()}
        )
    return said


def _late(key: str, found: Asked, count: Counting) -> dict[str, Any] | None:
    """What a fine paid late costs more, where the address names both."""
    if key != "fine_payment" or found.fine is None or found.paid_on is None:
        return None
    added = late_fine(found.fine, count.deadline.last_day, found.paid_on)
    return {"added": f"{added:,f}", "total": f"{added + found.fine:,f}", "capped": added == found.fine and added > 0}


def options(found: Asked, directory: Directory) -> dict[str, list[dict[str, Any]]]:
    """The lists to choose from."""
    named = [(key, _named(counting(key, begins(key), calendar_for(found.region, directory)))) for key in clock_keys()]
    return {
        "regions": [
            {"value": code, "label": region.name, "selected": code == found.region}
            for code, region in sorted(directory.regions.items())
            if region.level in ("province", "city") or code == found.region
        ],
        "clocks": [{"value": key, "label": say(row["label"]), "selected": key == found.clock} for key, row in named],
    }


def versions(found: Asked, directory: Directory) -> dict[str, str]:
    """What the answer rests on, so that it can be cited."""
    return {"rules": RULE_SET_VERSION, "calendar": calendar_for(found.region, directory).version()}


__all__ = ["Asked", "asked", "options", "rows", "versions"]
