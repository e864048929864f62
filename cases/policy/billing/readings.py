"""One row of a month's readings: from the cells of a file to the energy of a cycle, or the reason why it is none.

Energy is stated (as billed, after the multiplier) or follows from two readings of the meter and its multiplier; a row
that gives both has to agree with itself. A reading of -1 says that nobody read the meter, and is no energy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from cases.policy.tariff import TariffError, energy_between
from cases.policy.tariff.meter import MISSING
from cases.policy.tariff.words import PERIODS

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "account": ("户号", "用户编号", "客户编号", "用电户号", "account"),
    "cycle_from": ("抄表周期起", "周期起", "起始日期", "周期开始", "cycle_from"),
    "cycle_to": ("抄表周期止", "周期止", "截止日期", "周期结束", "cycle_to"),
    "kwh": ("电量", "周期电量", "用电量", "电量(kwh)", "周期电量(kwh)", "kwh"),
    "sharp": ("尖电量", "尖", "尖峰电量", "sharp"),
    "peak": ("峰电量", "峰", "高峰电量", "peak"),
    "flat": ("平电量", "平", "平段电量", "flat"),
    "valley": ("谷电量", "谷", "低谷电量", "valley"),
    "previous": ("上期示数", "上次示数", "起码", "previous"),
    "current": ("本期示数", "本次示数", "止码", "current"),
    "multiplier": ("倍率", "综合倍率", "multiplier"),
    "demand_kw": ("最大需量", "最大需量kw", "demand_kw"),
    "used_before": ("本年此前用电量", "本年累计电量", "used_before"),
    "energy_price": ("代理购电价格", "当月代理购电价格", "电能电价", "energy_price"),
}
NEEDED: Final = ("account", "cycle_from", "cycle_to")
LONGEST_CYCLE: Final = 62
PARTS: Final = tuple(PERIODS)
# Every meter by time of day reads these two; a plan without flat hours or a sharp peak has no such register.
BOTH: Final = ("peak", "valley")
_DAY: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00(?::00)?)?")
_NUMBER: Final = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
# What the engine refuses of two readings, as a row says it.
_OF_THE_METER: Final = {"multiplier_invalid": "multiplier", "reading_backwards": "decreasing"}


@dataclass(frozen=True, slots=True)
class Reading:
    """The energy of one cycle of one account, as an act on its case is asked with."""

    account: str
    cycle_from: date
    cycle_to: date
    kwh: Decimal
    parts: Mapping[str, Decimal] | None = None
    demand_kw: Decimal | None = None
    used_before: Decimal | None = None
    energy_price: Decimal | None = None


class Unusable(Exception):
    """The row cannot be used; `code` says why and `figures` what stands in the sentence."""

    def __init__(self, code: str, **figures: str) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


def head_of(cells: list[str]) -> dict[str, int] | None:
    """Which column holds what, where these cells are the header; None where they are not."""
    names = [_plain(cell) for cell in cells]
    found = {
        field: next(i for i, name in enumerate(names) if name in known)
        for field, known in COLUMNS.items()
        if any(name in known for name in names)
    }
    return found if all(field in found for field in NEEDED) else None


def plain_account(text: str) -> str:
    """A number of an account without the blanks and signs that people put in."""
    return re.sub(r"[\s'`-]", "", unicodedata.normalize("NFKC", text)).removesuffix(".0")


def read_row(cells: Mapping[str, str], *, today: date) -> Reading:
    """The reading of one row. Raises Unusable."""
    account = plain_account(cells.get("account", ""))
    if not account:
        raise Unusable("no_account")
    first, last = _day(cells, "cycle_from"), _day(cells, "cycle_to")
    if last < first or (last - first).days >= LONGEST_CYCLE:
        raise Unusable("cycle", first=first.isoformat(), last=last.isoformat(), most=str(LONGEST_CYCLE))
    if last >= today:
        raise Unusable("cycle_not_over", last=last.isoformat())
    kwh, parts = _energy(cells)
    more = _number(cells, "demand_kw"), _number(cells, "used_before"), _price(cells)
    return Reading(account, first, last, kwh, parts, *more)


def _energy(cells: Mapping[str, str]) -> tuple[Decimal, Mapping[str, Decimal] | None]:
    parts = {name: part for name in PARTS if (part := _number(cells, name)) is not None}
    if parts and any(name not in parts for name in BOTH):
        raise Unusable("parts_missing")
    said = {name: _number(cells, name) for name in ("kwh", "previous", "current", "multiplier")}
    return agreed_energy(said["kwh"], parts, said["previous"], said["current"], said["multiplier"]), parts or None


def agreed_energy(
    stated: Decimal | None,
    parts: Mapping[str, Decimal],
    before: Decimal | None,
    after: Decimal | None,
    multiplier: Decimal | None,
) -> Decimal:
    """The energy of a cycle as stated, as the sum of its periods and by the meter: all that is said has to agree.

    Raises Unusable where it does not, or where nothing is said.
    """
    metered = _metered(before, after, multiplier)
    summed = sum(parts.values(), Decimal(0)) if parts else None
    found = [value for value in (stated, summed, metered) if value is not None]
    if not found:
        raise Unusable("no_energy")
    if any(value != found[0] for value in found):
        raise Unusable("disagrees", values="、".join(f"{value.normalize():f}" for value in found))
    if metered is None and multiplier not in (None, Decimal(1)):
        raise Unusable("multiplier_without_readings")
    return found[0]


def _metered(before: Decimal | None, now: Decimal | None, multiplier: Decimal | None) -> Decimal | None:
    """From two readings and the multiplier, as the engine has it; None without readings."""
    if before is None and now is None:
        return None
    if before is None or now is None:
        raise Unusable("one_reading")
    try:
        return energy_between(before, now, Decimal(1) if multiplier is None else multiplier)
    except TariffError as wrong:
        figures = {
            "previous": f"{before:f}",
            "current": f"{now:f}",
            "value": f"{multiplier}",
            "values": f"{before}、{now}",
        }
        raise Unusable(_OF_THE_METER.get(wrong.code, "disagrees"), **figures) from None


def _price(cells: Mapping[str, str]) -> Decimal | None:
    price = _number(cells, "energy_price")
    exponent = price.normalize().as_tuple().exponent if price is not None else 0
    if price is not None and (not 0 < price <= 20 or (isinstance(exponent, int) and exponent < -4)):
        raise Unusable("price", value=f"{price:f}")
    return price


def _number(cells: Mapping[str, str], name: str) -> Decimal | None:
    text = unicodedata.normalize("NFKC", cells.get(name, "")).replace(",", "").strip()
    if not text:
        return None
    try:
        found = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        found = None
    if found is None:
        raise Unusable("not_a_number", field=name, value=text[:20])
    if found == MISSING:
        raise Unusable("not_read", field=name)
    if found < 0:
        raise Unusable("negative", field=name, value=text)
    return found


def _day(cells: Mapping[str, str], name: str) -> date:
    text = unicodedata.normalize("NFKC", cells.get(name, "")).strip()
    found = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else _serial(text)
    except (ValueError, OverflowError):
        raise Unusable("not_a_day", field=name, value=text[:20]) from None


def _serial(text: str) -> date:
    """A day as a spreadsheet counts it, in the years that readings are of."""
    number = int(float(text)) if re.fullmatch(r"\d{5}(\.0)?", text) else 0
    if not 36526 <= number <= 73051:
        raise ValueError(text)
    return date.fromordinal(date(1899, 12, 30).toordinal() + number)


def _plain(cell: str) -> str:
    return re.sub(r"\s|（|）|\(|\)|kwh|元/", "", unicodedata.normalize("NFKC", cell).lower()) or cell.strip().lower()
