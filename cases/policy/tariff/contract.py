"""The contract of `quote_tariff`: one JSON object in, one bill or one refusal out, whatever comes in.

Numbers may be JSON numbers or texts; a number is read with all its digits, never through binary floating point.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cases.policy.papers import PriceDocument
from cases.policy.tariff.bill import Basis, Bill, Line
from cases.policy.tariff.choosing import Account, Entered
from cases.policy.tariff.cycle import Span
from cases.policy.tariff.errors import TariffError
from cases.policy.tariff.meter import checked_energy, energy_between, energy_of
from cases.policy.tariff.prices import LOWEST_VOLTAGE, Tariff
from cases.policy.tariff.quote import Listing, Usage, quote
from cases.policy.tariff.words import PERIODS, TIERED, Note

CLASSES: Final = {
    "residential_tiered": "tiered",
    "residential_tou": "tiered_tou",
    "residential_combined": "combined",
    "commercial": "commercial",
    "commercial_tou": "commercial_tou",
    "two_part": "two_part",
}
METER: Final = ("reading_from", "reading_to", "multiplier")
FIELDS: Final = frozenset(
    {"region", "price_class", "voltage", "variant", "industry", "proxy", "kwh", *PERIODS, *METER, "cycle_from"}
    | {"cycle_to", "year_to_date_kwh", "surcharge", "price", "prices", "capacity_kva", "demand_kw"}
)
LISTED: Final = frozenset({"rate", "from", "to"})
HALF_A_CHARACTER: Final = re.compile(r"\\u[dD][89a-fA-F]")
PRICE_PLACES: Final = 4
BYTE_ORDER_MARK: Final = "\ufeff"  # editors of Windows put it before the first line of a file


def answer_line(text: str, extra: Sequence[Tariff] = (), documents: tuple[PriceDocument, ...] = ()) -> dict[str, Any]:
    """Return the answer to one line: the bill as texts, or ``error`` and ``message``; it never raises."""
    try:
        return bill_as_dict(*quoted(_parsed(text), extra, documents))
    except TariffError as error:
        field = {"field": error.field} if error.field else {}
        return {"error": error.code, "message": error.zh, "message_en": error.en, **field}


def quoted(
    asked: Mapping[str, Any], extra: Sequence[Tariff] = (), documents: tuple[PriceDocument, ...] = ()
) -> tuple[Bill, list[Note]]:
    """Return the bill that an object of the contract asks for, and notes on how it was read."""
    notes = [_ignored(name) for name in asked if name not in FIELDS]
    if isinstance(entry := asked.get("surcharge"), dict):
        notes += [_ignored(f"surcharge.{name}") for name in entry if name not in LISTED]
    account = _account(asked)
    cycle = Span(_day(asked, "cycle_from"), _day(asked, "cycle_to"))
    kwh, periods = _energy(asked)
    before = _number(asked, "year_to_date_kwh")
    if before is None and account.kind in TIERED and (cycle.first.month, cycle.first.day) != (1, 1):
        notes.append(
            Note(
                "year_to_date_assumed",
                "未给出本年此前用电量（year_to_date_kwh），按 0 计。",
                "No year_to_date_kwh was given; it is taken as 0.",
            )
        )
    used = checked_energy(before or Decimal(0), "year_to_date_kwh")
    basis = Basis(_number(asked, "capacity_kva"), _number(asked, "demand_kw"))
    usage = Usage(kwh, used, periods, basis)
    found = quote(
        account,
        cycle,
        usage,
        listings=_listings(asked),
        entered=_entered(asked),
        extra=extra,
        documents=documents,
    )
    return found, notes


def bill_as_dict(found: Bill, notes: Sequence[Note] = ()) -> dict[str, Any]:
    """Return a bill as the contract has it: decimals as texts, prices with four digits, amounts with two."""
    return {
        "lines": [_line(row) for row in found.lines],
        "total": f"{found.total:.2f}",
        "certainty": found.certainty,
        "plans": list(found.plans),
        "notes": [{"code": n.code, "message": n.zh, "message_en": n.en} for n in (*found.notes, *notes)],
    }


def _line(row: Line) -> dict[str, str]:
    found = {"item": row.item, "kwh": plain(row.kwh), "price": f"{row.price:.4f}", "amount": f"{row.amount:.2f}"}
    if row.unit != "kWh":
        found |= {"kwh": "0", "quantity": plain(row.kwh), "unit": row.unit}
    if row.first is not None and row.last is not None:
        found |= {"from": row.first.isoformat(), "to": row.last.isoformat()}
    return found


def plain(number: Decimal) -> str:
    """Write a quantity without exponent and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(
            text.removeprefix(BYTE_ORDER_MARK),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
        if HALF_A_CHARACTER.search(text):
            json.dumps(found, default=str, ensure_ascii=False).encode()  # half a pair alone cannot be written back
    except TariffError:
        raise
    except (ValueError, RecursionError, InvalidOperation):
        raise TariffError("bad_json", "这一行不是有效的 JSON。", "This line is not valid JSON.") from None
    if not isinstance(found, dict):
        raise TariffError("not_an_object", "每行应为一个 JSON 对象。", "Each line holds one JSON object.")
    return found


def _no_constant(name: str) -> Any:
    raise TariffError("invalid_number", f"{name} 不是可用的数字。", f"{name} is not a usable number.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TariffError("duplicate_field", "同一项出现了两次。", "A field stands twice in the object.")
    return found


def _ignored(name: str) -> Note:
    return Note("field_ignored", f"不认识的项“{name}”没有计入。", f"The unknown field {name!r} was not used.")


def _missing(name: str) -> TariffError:
    return TariffError("missing_field", f"缺少 {name}。", f"{name} is missing.", name)


def _text(asked: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = asked.get(name)
    if value is None:
        if default is None:
            raise _missing(name)
        return default
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise TariffError("invalid_text", f"{name} 应为文字。", f"{name} must be a text.", name)
    return value.strip()


def _day(asked: Mapping[str, Any], name: str) -> date:
    value = asked.get(name)
    if value is None:
        raise _missing(name)
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass
    zh, en = f"{name} 应为日期，例如 2021-09-30。", f"{name} must be a day such as 2021-09-30."
    raise TariffError("invalid_date", zh, en, name)


def _number(asked: Mapping[str, Any], name: str, places: int | None = None) -> Decimal | None:
    value = asked.get(name)
    if value is None:
        return None
    found = _decimal(value)
    if found is None:
        zh, en = f'{name} 应为数字，例如 35000 或 "12.5"。', f'{name} must be a number such as 35000 or "12.5".'
        raise TariffError("invalid_number", zh, en, name)
    if places is not None and found and found.normalize().as_tuple().exponent < -places:  # type: ignore[operator]
        zh, en = f"{name} 至多 {places} 位小数。", f"{name} has at most {places} decimals."
        raise TariffError("too_many_digits", zh, en, name)
    return found


def _decimal(value: Any) -> Decimal | None:
    """A number of a size that a bill can have, or None."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d{1,20}(\.\d{1,20})?\s*", value, re.ASCII):
        return None
    found = Decimal(value)
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None


def _account(asked: Mapping[str, Any]) -> Account:
    name = _text(asked, "price_class")
    if name not in CLASSES:
        zh, en = f"电价类别应为 {'、'.join(CLASSES)} 之一。", f"The price class is one of {', '.join(CLASSES)}."
        raise TariffError("unknown_class", zh, en, "price_class")
    return Account(
        _text(asked, "region"),
        CLASSES[name],
        _text(asked, "voltage", LOWEST_VOLTAGE),
        *(_text(asked, key, "") for key in ("variant", "industry", "proxy")),
    )


def _energy(asked: Mapping[str, Any]) -> tuple[Decimal, dict[str, Decimal] | None]:
    """All energy of the cycle, and by period where the meter says so: given, read from the meter, or added up."""
    given = {name: part for name in PERIODS if (part := _number(asked, name)) is not None}
    for name, part in given.items():
        checked_energy(part, name)
    whole = _number(asked, "kwh")
    before, after, multiplier = (_number(asked, name) for name in METER)
    if multiplier is not None or before is not None or after is not None:
        if before is None or after is None:
            raise _missing("reading_from" if before is None else "reading_to")
        metered = energy_between(before, after, Decimal(1) if multiplier is None else multiplier)
        if whole is not None and whole != metered:
            zh = f"电量 {whole} 与示数差乘倍率 {metered} 不一致，请核对。"
            raise TariffError("parts_do_not_add_up", zh, f"{whole} kWh is not {metered} kWh by the meter.", "kwh")
        whole = metered
    if whole is None and not given:
        raise _missing("kwh")
    return checked_energy(energy_of(given.values()) if whole is None else whole), given or None


def _listings(asked: Mapping[str, Any]) -> list[Listing]:
    entry = asked.get("surcharge")
    if entry is None:
        return []
    if not isinstance(entry, dict):
        text = "surcharge 应为 {rate, from, to}。", "surcharge must be {rate, from, to}."
        raise TariffError("invalid_surcharge", *text, "surcharge")
    rate = _number(entry, "rate", PRICE_PLACES)
    if rate is None:
        raise _missing("surcharge.rate")
    last = None if entry.get("to") is None else _day(entry, "to")
    return [Listing(rate, _day(entry, "from"), last)]


def _entered(asked: Mapping[str, Any]) -> Entered | None:
    """The month's published price, where none is on record: one, or one a period."""
    price, prices = _number(asked, "price", PRICE_PLACES), asked.get("prices")
    if price is None and prices is None:
        return None
    if prices is not None and not (isinstance(prices, dict) and prices and set(prices) <= set(PERIODS)):
        zh, en = f"prices 应含 {'、'.join(PERIODS)}。", f"prices holds {', '.join(PERIODS)}."
        raise TariffError("unknown_period", zh, en, "prices")
    by_period: dict[str, Any] = prices or {}
    periods = {name: _number(by_period, name, PRICE_PLACES) for name in by_period}
    for value in (price, *periods.values()):
        if value is not None and not 0 < value <= 20:
            raise TariffError("invalid_number", "电价应在 0 至 20 元之间。", "A price lies between 0 and 20.", "price")
    return Entered(price, {name: value for name, value in periods.items() if value is not None})
