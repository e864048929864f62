"""What a version changes, shown before anybody decides: a month of 35,000 kWh by the rules now and with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from cases.policy.entered import Entered, Version
from cases.policy.law import in_force
from cases.policy.surcharge import surcharge_rule
from cases.policy.tariff import Account, Span, TariffError, Usage, money, quote
from cases.workflow.view import Text

KWH: Final = Decimal(35000)
NONE: Final = Text("无", "none")


class Compared(NamedTuple):
    """One line: what is compared, by the rules as they are, and with the version."""

    label: Text
    before: Text
    after: Text


def proposal(
    kind: str, region: str, body: Mapping[str, Any], first: date, last: date | None, certainty: str = "BG"
) -> Version:
    """A version that is not approved, as if it were."""
    return Version("proposed", kind, "", region, body, first, last, "", "", certainty, "")


def with_version(rules: Entered, version: Version, before: str, *, repeal: bool) -> Entered:
    """The rules as they would be: the version in, the one before it ended the day before."""
    kept = []
    for one in rules.versions:
        if one.id == before:
            last = version.effective_from - timedelta(days=1)
            if last < one.effective_from:
                continue
            kept.append(replace(one, effective_to=min(last, one.effective_to or last)))
        elif one.id != version.id:
            kept.append(one)
    return Entered(tuple(kept) if repeal else (*kept, version))


def compare(rules: Entered, version: Version, before: str = "", *, repeal: bool = False) -> list[Compared]:
    """The lines for this version on its first day; `before` is the id of the version that it follows."""
    then = with_version(rules, version, before, repeal=repeal)
    body = version.body or next((v.body for v in rules.versions if v.id == before), {})
    if version.kind in ("tariff", "proxy_price"):
        return _bills(rules, then, version, body)
    if version.kind == "surcharge_document":
        return _surcharges(rules, then, version)
    found = [_ground(each, version) for each in (rules, then)]
    return [Compared(Text("停电事由 G7", "Ground G7"), *found)]


def _bills(rules: Entered, then: Entered, version: Version, body: Mapping[str, Any]) -> list[Compared]:
    account = Account(
        version.region.ljust(6, "0"),
        str(body["kind"]),
        next(iter(body.get("voltages") or ()), "lt1kv"),
        body.get("variant", ""),
    )
    cycle = Span(version.effective_from, version.effective_from + timedelta(days=29))
    label = Text(f"30 日 {KWH:,} kWh 电费（元）", f"Bill of 30 days, {KWH:,} kWh (CNY)")
    return [Compared(label, *(_billed(each, account, cycle) for each in (rules, then)))]


def _billed(rules: Entered, account: Account, cycle: Span) -> Text:
    try:
        total = quote(account, cycle, Usage(KWH), extra=rules.tariffs).total
    except TariffError as refused:
        return Text(refused.zh, refused.en)
    return Text(f"{total:,}", f"{total:,}")


def _surcharges(rules: Entered, then: Entered, version: Version) -> list[Compared]:
    found = []
    for subject, label in (
        ("enterprise", Text("企业月加价（元）", "A firm's surcharge on 35,000 kWh (CNY)")),
        ("natural_person", Text("个人月加价（元）", "A person's surcharge on 35,000 kWh (CNY)")),
    ):
        found.append(Compared(label, *(_added(each, version, subject) for each in (rules, then))))
    return found


def _added(rules: Entered, version: Version, subject: str) -> Text:
    rule = surcharge_rule(version.region, version.effective_from, subject=subject, entered=rules.documents)
    if rule is None or (subject == "natural_person" and not rule.covers_persons):
        return Text("不得加价", "no surcharge")
    total = money(KWH * rule.share * rule.rate)
    return Text(
        f"{total:,}（{rule.rate} 元/kWh，{rule.document}）", f"{total:,} ({rule.rate} CNY/kWh, {rule.document})"
    )


def _ground(rules: Entered, version: Version) -> Text:
    basis = in_force("local_supply.suspension", version.effective_from, version.region, rules.bases)
    return NONE if basis is None else Text(basis.cite(), basis.cite())
