"""The meter reading of a cut beside what is on record of the meter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext

from cases.policy.cutting import plausible
from cases.policy.cutting.plausible import Last, Remark
from cases.policy.dated import CHINA
from cases.selectors.paging import Row
from cases.web.show.due import day_words
from cases.web.show.words import clauses, sentences


def last_reading(case: Row) -> Last | None:
    """The latest reading on record of the case: of a bill, of an earlier cut, of a restoration."""
    facts, found = case["facts"], []
    for row in (facts.get("restoration") or {}, facts.get("suspension") or {}):
        at = row.get("restored_at") or row.get("executed_at")
        if row.get("reading") is not None and at:
            found.append(Last(Decimal(str(row["reading"])), datetime.fromisoformat(at)))
    for bill in (facts.get("surcharge") or {}).get("bills") or ():
        if bill.get("reading_to") is not None and bill.get("cycle_to"):
            day = datetime.fromisoformat(bill["cycle_to"]).date()
            found.append(Last(Decimal(str(bill["reading_to"])), datetime.combine(day, time(), CHINA)))
    return max(found, key=lambda last: last.at.astimezone(UTC), default=None)


def said(case: Row, data: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """The line under the field, before and after something was typed, and its tone."""
    last, monthly = last_reading(case), _monthly(case)
    known = _known(last, monthly)
    typed = decimal(data.get("reading"))
    if typed is None:
        return {"text": known, "tone": ""}
    times = decimal(data.get("multiplier")) or Decimal(1)
    told = _told(plausible.remark(typed, now, last, multiplier=times, monthly=monthly))
    return {"text": sentences([known, *filter(None, [told["text"]])]), "tone": told["tone"]}


def _known(last: Last | None, monthly: Decimal | None) -> str:
    mean = gettext("反馈月用电 %(kwh)s kWh") % {"kwh": f"{monthly:f}"} if monthly else ""
    if last is None:
        return clauses([gettext("案内没有上次抄表示数，请与现场抄表卡核对"), *filter(None, [mean])])
    told = gettext("上次抄表 %(day)s：示数 %(reading)s") % {"day": day_words(last.at), "reading": f"{last.reading:f}"}
    return clauses([told, *filter(None, [mean])])


def _told(found: Remark) -> dict[str, str]:
    drawn = {"kwh": f"{found.drawn:,.0f}" if found.drawn is not None else "", "days": found.days}
    if found.code == plausible.LESS:
        return {"text": gettext("这次小于上次示数，请再看一次表；换表或倒走的在说明中写明"), "tone": "bad"}
    if found.code == plausible.MUCH:
        return {
            "text": gettext("区间 %(days)s 天用电 %(kwh)s kWh，明显高于反馈的月用电，请再看一次表") % drawn,
            "tone": "warn",
        }
    if found.code == plausible.FITS:
        return {"text": gettext("区间 %(days)s 天用电 %(kwh)s kWh，与月用电相符") % drawn, "tone": "ok"}
    return {"text": "", "tone": ""}


def _monthly(case: Row) -> Decimal | None:
    return decimal(((case["facts"].get("findings") or {}).get("check_consumption") or {}).get("monthly_kwh"))


def decimal(typed: Any) -> Decimal | None:
    """What was typed as a number; None for what is none."""
    try:
        value = Decimal(str(typed).strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
