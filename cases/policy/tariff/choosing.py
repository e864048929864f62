"""Which version of the tariff prices which days of a cycle, and what to do where none is on record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cases.policy.tariff.cycle import ONE_DAY, Span, cut
from cases.policy.tariff.errors import TariffError
from cases.policy.tariff.prices import (
    BILLED,
    LOWEST_VOLTAGE,
    Period,
    Tariff,
    entered_tariff,
    find_tariff,
    matching,
    proxy_factor,
    reform_day,
)
from cases.policy.tariff.words import KIND_NAMES, KINDS, NON_RESIDENTIAL, TIERED, VOLTAGES, weakest

FOUR_DIGITS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Account:
    """The user as the price list knows him.

    ``industry`` is a differential class; ``proxy`` why the proxy price is multiplied (or expressly is not);
    ``variant`` a special case of a class, such as rural combined meters.
    """

    region: str
    kind: str
    voltage: str = LOWEST_VOLTAGE
    variant: str = ""
    industry: str = ""
    proxy: str = ""


class Supply(NamedTuple):
    """How an account is supplied: what its price depends on beside its class."""

    voltage: str = LOWEST_VOLTAGE
    variant: str = ""
    capacity_kva: Decimal | None = None


BELOW_1KV = Supply()


class Entered(NamedTuple):
    """The month's published price, typed by a person where no version is on record: one, or one a period."""

    price: Decimal | None = None
    periods: Mapping[str, Decimal] | None = None


class Part(NamedTuple):
    """Days of the cycle that one version prices."""

    span: Span
    plan: Tariff


def parts_of(
    account: Account,
    cycle: Span,
    *,
    entered: Entered | None = None,
    extra: Sequence[Tariff] = (),
    comparing: bool = False,
) -> list[Part]:
    """Cut a cycle by year and version; TariffError where a day has no price that may be billed.

    ``comparing`` makes no bill: a last known price stands in where no other is, and an entered one is simply not
    needed where a price is on record.
    """
    check(account)
    where = {"voltage": account.voltage, "variant": account.variant}
    rows = matching(account.region, account.kind, extra=extra, **where)
    starts = [row.effective_from for row in rows] + [row.effective_to + ONE_DAY for row in rows if row.effective_to]
    if account.kind in NON_RESIDENTIAL:
        starts.append(reform_day())
    found: list[Part] = []
    asked = False
    for span in cut(cycle, starts):
        plan = find_tariff(account.region, account.kind, span.first, extra=extra, **where)
        if plan is None or plan.status not in BILLED:
            stands_in = comparing and entered is None and plan is not None
            plan = plan if stands_in and plan is not None else _entered(account, span, plan, entered)
            asked = True
        plan = _multiplied(account, plan, span.first)
        before = found[-1] if found else None
        if before and _joins(before, span, plan):
            found[-1] = Part(Span(before.span.first, span.last), plan)
        else:
            found.append(Part(span, plan))
    if entered is not None and not asked and not comparing:
        zh = f"“{found[0].plan.zh}”按登记电价计收，不能另填电价（电力法 43）。"
        en = f"“{found[0].plan.en}” is billed at the recorded price; enter no other (Electricity Law 43)."
        raise TariffError("price_on_record", zh, en, "price")
    return found


def _joins(before: Part, span: Span, plan: Tariff) -> bool:
    """Only yearly tiers care about 1 January; any other plan prints one line over it."""
    yearly = plan.kind in TIERED and plan.accumulation == "year"
    return before.plan == plan and (before.span.first.year == span.first.year or not yearly)


def check(account: Account) -> None:
    """Refuse what is no region, class or voltage, and a factor nobody recorded."""
    # With or without its trailing zero pairs, as the directory of regions has it.
    if not re.fullmatch(r"[1-8][0-9](?:[0-9]{2}){0,2}", account.region):
        text = "行政区划代码应为六位数字，例如 320300。", "The region is a code of six digits such as 320300."
        raise TariffError("unknown_region", *text, "region")
    if account.kind not in KINDS:
        text = f"没有这个电价类别：{account.kind}。", f"There is no price class {account.kind!r}."
        raise TariffError("unknown_class", *text, "price_class")
    if account.voltage not in VOLTAGES:
        zh, en = f"电压等级应为 {'、'.join(VOLTAGES)} 之一。", f"The voltage is one of {', '.join(VOLTAGES)}."
        raise TariffError("unknown_voltage", zh, en, "voltage")


def _entered(account: Account, span: Span, last_known: Tariff | None, entered: Entered | None) -> Tariff:
    """The entered price, one for all days without a record; homes have none, theirs stands in the catalogue."""
    given = entered is not None and (entered.price is not None or bool(entered.periods))
    if entered is None or not given or account.kind not in NON_RESIDENTIAL or account.kind == "two_part":
        raise _missing(account, span, last_known)
    if entered.periods:
        if account.kind != "commercial_tou":
            text = "该类电价不分时，只填一个电价。", "This class has one price, not one a period."
            raise TariffError("unknown_period", *text, "price")
        rows = [Period(name, price, 0) for name, price in entered.periods.items()]
        return entered_tariff(account.region, reform_day(), Decimal(0), kind=account.kind, periods=rows)
    if entered.price is None or account.kind == "commercial_tou":
        text = "分时电价须填写各时段电价。", "A time-of-use price needs the price of each period."
        raise TariffError("periods_missing", *text, "price")
    return entered_tariff(account.region, reform_day(), entered.price, kind=account.kind)


def _missing(account: Account, span: Span, last_known: Tariff | None) -> TariffError:
    name, voltage = KIND_NAMES[account.kind], VOLTAGES[account.voltage]
    days = f"{span.first} 至 {span.last}"
    if account.kind in NON_RESIDENTIAL and span.last >= reform_day():
        known = f"最后一期目录电价 {last_known.prices[0]} 元仅供比较。" if last_known and last_known.prices else ""
        return TariffError(
            "proxy_price_missing",
            f"{account.region:0<6} {name[0]}（{voltage[0]}）{days} 没有登记当月公布的代理购电价格。"
            "先录入该月的代理购电价、输配电价、线损、系统运行费和政府性基金，再计费。" + known,
            f"No proxy price is on record for {name[1]} ({voltage[1]}) in {account.region:0<6} from {span.first} to"
            f" {span.last}: enter the components published for the month, then bill.",
            "price",
        )
    return TariffError(
        "price_missing",
        f"{account.region:0<6} {days} 没有登记“{name[0]}”（{voltage[0]}）的电价。先登记电价版本，再计费。",
        f"No price is on record for {name[1]} ({voltage[1]}) in {account.region:0<6} from {span.first} to {span.last}:"
        " enter a tariff version first.",
        "region",
    )


def _multiplied(account: Account, plan: Tariff, day: date) -> Tariff:
    """The 1.5 times price of users who left the market: on the purchase part only, so that part must be known."""
    if not account.proxy or account.kind not in NON_RESIDENTIAL or day < reform_day():
        return plan
    try:
        factor, certainty = proxy_factor(account.proxy, day)
    except KeyError:
        text = "没有这个代理购电情形。", "There is no such reason for a proxy price."
        raise TariffError("unknown_proxy", *text, "proxy") from None
    if factor == 1:
        return plan
    parts = dict(plan.components)
    if "proxy" not in parts:
        raise TariffError(
            "components_missing",
            "1.5 倍只作用于代理购电价部分，须登记该月电价的各组成部分。",
            "The factor applies to the purchase part of the price: enter the month's components.",
            "proxy",
        )
    parts["proxy"] = (parts["proxy"] * factor).quantize(FOUR_DIGITS, ROUND_HALF_UP)
    price = sum(parts.values(), Decimal(0))
    sure = weakest([plan.certainty, certainty])
    return replace(plan, prices=(price,), components=tuple(parts.items()), certainty=sure)
