"""Entered tariffs and the month's proxy price: what may be entered, what the engine bills by, what a bill names."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from agencies.actors import find_actor
from cases.policy.entered import Entered, Version
from cases.policy.tariff import Account, Span, TariffError, Usage, quote, simulate
from cases.rules.deciding import approve
from cases.rules.proposing import Draft, propose
from cases.rules.sample import compare, proposal
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from tests.rules.papers import NOW, approved, proposed
from tests.web.test_rule_pages import page_of
from tests.workflow.desk import Desk, plan

TIERED: dict[str, Any] = {
    "kind": "tiered",
    "prices": ["0.5300", "0.5800", "0.8300"],
    "limits": ["2760", "4800"],
    "status": "in_force",
    "zh": "居民阶梯电价",
    "en": "residential, tiered",
}
MONTH: dict[str, Any] = {
    "month": "2026-11",
    "kind": "commercial",
    "components": {
        "proxy": "0.4200",
        "transmission": "0.2000",
        "losses": "0.0150",
        "operation": "0.0250",
        "funds": "0.0292",
    },
}
CYCLE = {"month": "2026-11", "cycle_from": "2026-11-01", "cycle_to": "2026-11-30", "kwh": "35000"}
NOVEMBER = Span(date(2026, 11, 1), date(2026, 11, 30))


def version(kind: str, body: dict[str, Any], **more: Any) -> Version:
    values: dict[str, Any] = {
        "id": "v1",
        "kind": kind,
        "key": "k",
        "region": "32",
        "body": body,
        "effective_from": date(2026, 11, 1),
        "effective_to": None,
        "source": "省发展改革委",
        "article": "附件",
        "certainty": "V-P",
        "digest": "d",
    }
    return Version(**{**values, **more})


def month(**more: Any) -> Version:
    return version("proxy_price", MONTH, effective_to=date(2026, 11, 30), **more)


def total(account: str, cycle: Span, *versions: Version, kwh: int = 3000) -> str:
    return str(quote(Account("320300", account), cycle, Usage(Decimal(kwh)), extra=Entered(versions).tariffs).total)


def test_an_entered_plan_prices_its_days_and_the_release_those_before() -> None:
    new = version("tariff", TIERED)
    assert total("tiered", NOVEMBER) == "1596.90"  # 2,760 × 0.5283 = 1,458.11 and 240 × 0.5783 = 138.79
    assert total("tiered", NOVEMBER, new) == "1602.00"  # 2,760 × 0.53 = 1,462.80 and 240 × 0.58 = 139.20
    october = Span(date(2026, 10, 1), date(2026, 10, 31))
    assert total("tiered", october, new) == "1596.90"
    both = Span(date(2026, 10, 17), date(2026, 11, 15))
    bill = quote(Account("320300", "tiered"), both, Usage(Decimal(3000)), extra=Entered((new,)).tariffs)
    assert bill.plans == ("js-tiered", "v1")


@pytest.mark.parametrize(
    "more",
    [{"region": "33"}, {"effective_from": date(2026, 12, 1)}, {"body": {**TIERED, "status": "draft"}}],
)
def test_a_plan_of_another_province_a_later_one_and_a_draft_price_nothing_here(more: dict[str, Any]) -> None:
    kept = version("tariff", **{"body": TIERED, **more})
    assert total("tiered", NOVEMBER, kept) == total("tiered", NOVEMBER)


def test_an_entered_plan_that_has_ended_leaves_no_price_and_the_shipped_one_does_not_come_back() -> None:
    ended = version("tariff", TIERED, effective_from=date(2026, 1, 1), effective_to=date(2026, 6, 30))
    with pytest.raises(TariffError) as refused:
        total("tiered", NOVEMBER, ended)
    assert refused.value.code == "price_missing"
    assert total("tiered", Span(date(2025, 11, 1), date(2025, 11, 30)), ended) == "1596.90"


def test_the_proxy_price_of_a_month_prices_that_month_alone() -> None:
    assert total("commercial", NOVEMBER, month()) == "2067.60"  # 3,000 × 0.6892
    with pytest.raises(TariffError) as refused:
        total("commercial", Span(date(2026, 12, 1), date(2026, 12, 31)), month())
    assert refused.value.code == "proxy_price_missing"


def test_a_bill_of_the_month_needs_no_typed_price_and_names_the_version() -> None:
    desk = Desk().verified(price_class="commercial").determined("surcharge").surcharged()
    desk.later(days=40)
    missing = desk.refused("grid-billing1", "issue_bill", **CYCLE)
    assert set(missing.fields) == {"energy_price"}
    desk.rules = Entered((month(),))
    typed = desk.refused("grid-billing1", "issue_bill", **CYCLE, energy_price="0.6000")
    assert "不能另填电价" in typed.fields["energy_price"].zh
    desk.act("grid-billing1", "issue_bill", **CYCLE)
    (bill,) = desk.fact("surcharge", "bills")
    assert (bill["energy"], bill["surcharge"], bill["amount"]) == ("24122.00", "10500.00", "34622.00")
    assert bill["rule_versions"] == ["v1"]
    assert (bill["certainty"], bill["doubts"]) == ("V-P", ["surcharge_unverified"])


def test_a_document_that_charges_a_share_adds_its_rate_to_that_share_only() -> None:
    paper = {"number": "苏发改〔2026〕1号", "rate": "0.50", "volume": "share", "share": "0.6", "covers_persons": False}
    document = version("surcharge_document", {**paper, "status": "in_force"}, id="v2", effective_from=date(2026, 10, 1))
    desk = Desk().verified(price_class="commercial").determined("surcharge")
    desk.rules = Entered((month(), document))
    desk.surcharged(rate="0.50")
    assert desk.fact("surcharge", "share") == "0.6"
    desk.later(days=40)
    desk.act("grid-billing1", "issue_bill", **CYCLE)
    (bill,) = desk.fact("surcharge", "bills")
    assert bill["surcharge"] == "10500.00"  # 35,000 × 0.6 × 0.50
    assert Decimal(bill["listed_kwh"]) == 21000
    assert (bill["certainty"], bill["doubts"]) == ("V-P", []), "every price of it was read"


def test_the_simulation_takes_the_entered_price() -> None:
    rules = Entered((month(),))
    found = simulate("320300", date(2026, 11, 3), Decimal(35000), rates=[], extra=rules.tariffs)
    assert str(found.option("commercial").bill.total) == "24122.00"
    desk = Desk().verified(price_class="tiered").determined("surcharge")
    desk.rules = rules
    data = plan(price_class="tiered", reclass_to="commercial", monthly_kwh="35000")
    error = desk.refused("drc-handler1", "propose_surcharge", **data)
    assert error.figures is not None
    assert error.figures["then"] == "24122.00"


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("tariff", {"prices": ["0.53", "0.58"]}, "prices"),
        ("tariff", {"limits": ["4800", "2760"]}, "limits"),
        ("tariff", {"kind": "free"}, "kind"),
        ("tariff", {"kind": ["tiered"]}, "kind"),
        ("tariff", {"voltages": [{}]}, "voltages"),
        ("tariff", {"variant": "x" * 120}, "variant"),
        ("tariff", {"key": "x"}, "key"),
        ("tariff", {"region": "320000"}, "region"),
        ("tariff", {"prices": [0.53, 0.58, 0.83]}, "prices"),
        ("tariff", {"status": None}, "status"),
        ("proxy_price", {"month": "2026-13"}, "month"),
        ("proxy_price", {"kind": "tiered"}, "kind"),
        ("proxy_price", {"components": {"transmission": "0.2"}}, "components"),
        ("proxy_price", {"components": None}, "prices"),
        ("proxy_price", {"extra": "1"}, "extra"),
    ],
)
def test_what_is_no_tariff_is_refused_by_name(demo_city: None, kind: str, body: dict[str, Any], field: str) -> None:
    whole = {**(TIERED if kind == "tariff" else MONTH), **body}
    with pytest.raises(InvalidInput) as refused:
        entered(kind, whole)
    assert set(refused.value.fields) == {field}


def entered(kind: str, body: dict[str, Any], by: str = "js-drc-handler1", **more: Any) -> Any:
    values = {"source": "省发展改革委", "article": "附件", "certainty": "V-P", "region": "320000", **more}
    draft = Draft(kind=kind, body=body, effective_from=date(2026, 12, 1), **values)
    return propose(actor=find_actor(by), draft=draft, now=NOW)


def test_a_price_is_the_provinces(demo_city: None) -> None:
    with pytest.raises(InvalidInput) as refused:
        entered("tariff", TIERED, by="drc-handler1", region="320300")
    assert set(refused.value.fields) == {"region"}


@pytest.mark.parametrize("voltages", [["lt1kv", "20kv"], ["1_10kv", "35kv"], []])
def test_no_user_has_two_prices_on_one_day(demo_city: None, voltages: list[str]) -> None:
    approver = find_actor("js-drc-approver1")
    waiting = entered("tariff", {**TIERED, "voltages": voltages})
    first = approve(
        actor=approver, version_id=entered("tariff", {**TIERED, "voltages": ["lt1kv", "1_10kv"]}).pk, now=NOW
    )
    with pytest.raises(InvalidInput) as refused:
        entered("tariff", {**TIERED, "voltages": voltages})
    assert "2026-12-01" in refused.value.fields["effective_from"].zh
    with pytest.raises(GuardRefused) as late:
        approve(actor=approver, version_id=waiting.pk, now=NOW)
    assert late.value.code == "overlaps"
    elsewhere = entered("tariff", {**TIERED, "voltages": ["110kv"]})
    assert approve(actor=approver, version_id=elsewhere.pk, now=NOW).status == "approved"
    rural = entered("tariff", {**TIERED, "voltages": voltages, "variant": "rural"})
    assert approve(actor=approver, version_id=rural.pk, now=NOW).status == "approved"
    follows = entered("tariff", {**TIERED, "voltages": ["lt1kv", "1_10kv", "20kv"]}, supersedes=str(first.pk))
    assert approve(actor=approver, version_id=follows.pk, now=NOW).status == "approved"


def test_the_grids_billing_proposes_a_months_price_and_nothing_else(demo_city: None) -> None:
    with pytest.raises(NotAllowed):
        entered("tariff", TIERED, by="grid-billing1")
    price = entered("proxy_price", MONTH, by="grid-billing1")
    assert (price.effective_from, price.effective_to) == (date(2026, 11, 1), date(2026, 11, 30))
    with pytest.raises(NotAllowed):
        approve(actor=find_actor("drc-approver1"), version_id=price.pk, now=NOW)
    assert approve(actor=find_actor("js-drc-approver1"), version_id=price.pk, now=NOW).status == "approved"
    with pytest.raises(InvalidInput):
        entered("proxy_price", MONTH, by="grid-billing2")


def test_the_preview_says_what_35000_kwh_come_to_now_and_then() -> None:
    asked = proposal("tariff", "32", TIERED, date(2026, 11, 1), None)
    (line,) = compare(Entered(), asked)
    assert (line.before.zh, line.after.zh) == ("27,652.50", "27,712.00")
    price = proposal("proxy_price", "32", MONTH, date(2026, 11, 1), date(2026, 11, 30))
    (line,) = compare(Entered(), price)
    assert "没有登记当月公布的代理购电价格" in line.before.zh
    assert line.after.zh == "24,122.00"


def test_the_preview_of_a_repeal_shows_what_is_left() -> None:
    kept = version("tariff", TIERED, effective_from=date(2026, 1, 1))
    repeal = proposal("tariff", "32", {}, date(2026, 11, 1), None)
    (line,) = compare(Entered((kept,)), repeal, "v1", repeal=True)
    assert line.before.zh == "27,712.00"
    assert "没有登记" in line.after.zh


def test_a_preview_of_a_document_shows_firms_and_persons(demo_city: None) -> None:
    one = proposed(body={"covers_persons": True})
    lines = compare(Entered(), proposal(one.kind, one.region_id, one.body, one.effective_from, None))
    assert [line.before.zh for line in lines] == ["10,500.00（0.30 元/kWh，发改运行〔2021〕1283号）", "不得加价"]
    assert [line.after.zh.split("（")[0] for line in lines] == ["17,500.00", "17,500.00"]
    assert approved(body={"number": "苏发改〔2026〕2号"}).status == "approved"


def test_the_page_of_comparison_takes_the_approved_price_and_document(demo_city: None) -> None:
    query = "region=3203&kwh=3000&from=2026-11-01&to=2026-11-30&used_before=0&price_class=tiered"
    before = page_of("drc-handler1", f"/tariff/?{query}")
    assert "2,067.60" not in before
    price = entered("proxy_price", MONTH, by="grid-billing1")
    approve(actor=find_actor("js-drc-approver1"), version_id=price.pk, now=NOW)
    approved(effective_from=date(2026, 11, 1))
    after = page_of("drc-handler1", f"/tariff/?{query}")
    assert "2,067.60" in after  # 3,000 × 0.6892
    assert "3,567.60" in after  # and 3,000 × 0.50 of the approved document
    assert "本地区适用 0.30 元/kWh（发改运行〔2021〕1283号）" in before
    assert "本地区适用 0.50 元/kWh（苏发改价格发〔2026〕88号）" in after


def test_the_command_takes_entered_versions_where_it_is_asked_to(
    demo_city: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    price = entered("proxy_price", MONTH, by="grid-billing1")
    approve(actor=find_actor("js-drc-approver1"), version_id=price.pk, now=NOW)
    line = {"region": "320300", "price_class": "commercial", "voltage": "lt1kv", "kwh": 3000}
    asked = json.dumps({**line, "cycle_from": "2026-11-01", "cycle_to": "2026-11-30"})
    for more, said in (({}, "proxy_price_missing"), ({"entered": True}, "2067.60")):
        monkeypatch.setattr("sys.stdin", io.StringIO(asked + "\n"))
        call_command("quote_tariff", json=True, **more)
        assert said in capsys.readouterr().out
