"""电价测算: the same kWh under every class and surcharge, line by line, at an address; the same figures by the API."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from cases.policy.tariff import parse_plan, row_problems
from cases.workflow.reference import comparison
from tests.web import story

PATH = "/tariff/"
FEBRUARY = "region=3203&kwh=35000&from=2021-02-01&to=2021-02-28&used_before=35000&price_class=tiered"


@pytest.fixture
def page(log_in):
    client = log_in("drc-handler1")

    def get(query: str = "", status: int = 200) -> str:
        answer = client.get(f"{PATH}?{query}")
        assert answer.status_code == status
        return answer.content.decode()

    return get


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_worked_month_stands_on_the_page_line_by_line(page):
    shown = text_of(page(f"{FEBRUARY}&rate=0.50"))
    for figure in ("28,990.50", "26,832.17", "19,190.50", "23,324.00", "-5,666.50", "40,824.00", "36,690.50"):
        assert figure in shown, figure
    assert "35,000 kWh × 0.8283 = 28,990.50 元" in shown
    assert "18,958.333333 kWh × 0.5583 = 10,584.44 元" in shown
    assert "平衡点：全年超过 8,264 kWh" in shown
    assert "加价达到 0.1619 元/kWh 时，工商业与现行电费持平" in shown  # 5,666.50 ÷ 35,000 = 0.161900


def test_every_recorded_rate_is_compared_where_none_is_named(page):
    shown = text_of(page(FEBRUARY))
    for total in ("33,824.00", "40,824.00", "51,324.00", "58,324.00", "93,324.00"):
        assert total in shown, total
    assert "该日无此标准的价格文件" in shown


def bars_of(shown: str) -> dict[str, str]:
    """What each bar is called, and how long it is."""
    drawn = shown.split('id="h-bars"')[1].split("</section>", maxsplit=1)[0]
    found = re.findall(r'<p class="d-flex m-0">(.*?)</p><svg.*?<rect width="([^"]+)"', drawn, re.DOTALL)
    return {text_of(name): width for name, width in found}


def test_the_bills_are_drawn_beside_each_other(page):
    bars = bars_of(page(f"{FEBRUARY}&rate=0.50"))
    # 28,990.50 + 17,500.00 = 46,490.50 is the longest; 28,990.50 is 62.36 % of it, 23,324.00 50.17 %.
    assert bars["居民阶梯电价 加价 0.50 元/kWh 46,490.50"] == "100.00"
    assert bars["居民阶梯电价 现行 28,990.50"] == "62.36"
    assert bars["一般工商业 23,324.00"] == "50.17"
    every = bars_of(page(FEBRUARY))
    assert len(every) == 4, "before the document of September 2021 no rate is lawful, and none is drawn"
    assert bars_of(page(f"{FEBRUARY}&kwh=0".replace("kwh=35000&", "")))["居民阶梯电价 现行 0.00"] == "0"


def test_a_two_part_price_and_a_sharp_period_are_compared_where_they_are_on_record(page, log_in, monkeypatch):
    row = {
        "key": "two", "region": "320000", "kind": "two_part", "zh": "两部制", "en": "two-part", "status": "in_force",
        "periods": {"sharp": "1.2000", "peak": "1.0000", "flat": "0.6000", "valley": "0.3000"}, "capacity": "30.00",
        "demand": "40.00", "effective_from": "2026-10-01", "effective_to": "2026-10-31", "source": "table",
        "certainty": "V-P",
    }  # fmt: skip
    assert row_problems(row) == []
    rules = SimpleNamespace(tariffs=(parse_plan(row),), documents=())
    monkeypatch.setattr(comparison, "entered_rules", lambda: rules)
    month = "region=3203&from=2026-10-01&to=2026-10-31&used_before=0&sharp=10&peak=20&flat=30&valley=40&rate=0.30"
    shown = text_of(page(f"{month}&capacity_kva=250"))
    for said in ("250 kVA·月 × 30.0000 = 7,500.00 元", "10 kWh × 1.2000 = 12.00 元"):
        assert said in shown, said
    assert "7,562.00" in shown  # 7,500 + 12 + 20 + 18 + 12
    assert "7,592.00" in shown  # and 100 × 0.30
    assert 'id="two_part"' not in page(month)
    assert "两部制电价须填写容量" in page(f"{month}&price_class=two_part", status=400)
    body = log_in("drc-handler1").get(f"/api/v1/tariff/simulation/?{month}&demand_kw=100").json()
    two = next(option for option in body["options"] if option["key"] == "two_part")
    basic = {name: two["lines"][0][name] for name in ("kwh", "quantity", "unit", "amount")}
    assert basic == {"kwh": "0", "quantity": "100", "unit": "kW·month", "amount": "4000.00"}


def test_a_rural_combined_meter_has_its_own_price(page):
    month = "region=33&kwh=35000&from=2021-02-01&to=2021-02-28&price_class=combined"
    assert "17,780.00" in page(f"{month}&variant=rural")  # 35,000 × 0.508
    assert "19,530.00" in page(month)
    assert "没有这一项" in page(f"{month}&variant=royal", status=400)


def test_a_case_is_opened_with_its_figures(log_in):
    case = story.reported()
    client = log_in("drc-handler1")
    assert f"/tariff/?case={case.number}" in client.get(f"/cases/{case.number}/").content.decode()
    answer = client.get(f"{PATH}?case={case.number}&kwh=")
    asked = dict(parse_qsl(answer["Location"].partition("?")[2]))
    last = case_month()
    assert asked == {
        "case": case.number, "region": "320303", "price_class": "commercial", "from": f"{last.replace(day=1)}",
        "to": f"{last}", "kwh": "35000", "used_before": str(35000 * (last.month - 1)), "capacity_kva": "250",
    }  # fmt: skip
    shown = client.get(answer["Location"]).content.decode()
    assert f'<a href="/cases/{case.number}/">{case.number}</a>' in shown
    assert "23,324.00" in shown
    # What one does not see is not there, and what was typed stays.
    for unseen in ("XZ26-9999", "nonsense"):
        refused = client.get(f"{PATH}?case={unseen}&kwh=1")
        assert refused.status_code == 400
        assert "没有这个案件，或者不在可见范围内" in refused.content.decode()
        assert f'value="{unseen}"' in refused.content.decode()
    # The province sees the case and no energy of it: none is filled in.
    above = dict(parse_qsl(log_in("js-drc-handler1").get(f"{PATH}?case={case.number}")["Location"].partition("?")[2]))
    assert set(asked) - set(above) == {"kwh", "used_before"}


def case_month() -> date:
    return timezone.localdate().replace(day=1) - timedelta(days=1)


def test_part_of_a_cycle_is_the_daily_mean_times_its_days(page):
    query = "region=3203&kwh=35000&from=2021-08-01&to=2021-08-31&price_class=combined&rate=2.00&on=2021-08-20"
    shown = text_of(page(query))
    assert "13,548.387097 kWh × 2.0000 = 27,096.77 元" in shown
    assert "合计 46,287.27 元" in shown


def test_an_unverified_price_says_so(page):
    shown = text_of(page(FEBRUARY))
    assert "电价未经核实：“居民阶梯电价”（BG，背景资料，未核实）" in shown
    assert "“居民峰谷分时（阶梯）”按全天均匀负荷测算" in shown


def test_after_the_reform_the_last_catalogue_price_is_only_a_reference(page):
    now = "region=3203&kwh=35000&from=2026-10-01&to=2026-10-31&price_class=tiered&used_before=315000"
    assert "最后一期目录电价，仅供参考" in text_of(page(now))
    shown = text_of(page(f"{now}&price=0.7012"))
    assert "24,542.00" in shown
    assert "人工录入的当月电价" in shown
    assert "最后一期目录电价，仅供参考" not in shown
    timed = text_of(
        page(f"{now}&peak=12000&flat=12000&valley=11000&price_peak=1.1459&price_flat=0.6664&price_valley=0.2853")
    )
    assert "12,000 kWh × 1.1459 = 13,750.80 元" in timed


def test_an_entered_version_is_compared(page, monkeypatch):
    month = {
        "key": "js-2026-10", "region": "320000", "kind": "commercial", "zh": "代理购电", "en": "proxy",
        "status": "in_force", "prices": ["0.7012"], "effective_from": "2026-10-01", "effective_to": "2026-10-31",
        "source": "price table", "certainty": "V-P",
    }  # fmt: skip
    rules = SimpleNamespace(tariffs=(parse_plan(month),), documents=())
    monkeypatch.setattr(comparison, "entered_rules", lambda: rules)
    shown = text_of(page("region=3203&kwh=35000&from=2026-10-01&to=2026-10-31&used_before=315000"))
    assert "35,000 kWh × 0.7012 = 24,542.00 元" in shown
    assert "最后一期目录电价" not in shown


def test_a_class_without_a_price_says_what_is_missing(page):
    shown = text_of(page("region=11&kwh=35000&from=2021-02-01&to=2021-02-28"))
    assert "2021-02-01 至 2021-02-28 没有登记“居民合表电价”" in shown
    assert "请录入当月代理购电价格" in shown


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kwh=abc", "应为数字"),
        ("kwh=-1", "应在 0 至"),
        ("kwh=1&from=2021-13-01", "月份应在 1 至 12 之间"),
        ("kwh=1&from=2021-03-01&to=2021-02-01", "周期的止日早于起日"),
        ("kwh=1&region=9999", "没有这一项"),
        ("kwh=1&price_class=royal", "没有这一项"),
        ("kwh=1&rate=0.29", "下限"),
        ("kwh=3&peak=1&valley=1", "不一致"),
        ("kwh=1&rate=0.30&on=2021-03-02&off=2021-03-01", "早于起始日期"),
        ("kwh=1&region=45", "没有登记"),
    ],
)
def test_what_cannot_be_compared_is_said_and_stays_typed(page, query, said):
    shown = page(query, status=400)
    assert said in shown
    name, _, typed = query.split("&")[0].partition("=")
    assert f'name="{name}" value="{typed}"' in shown


def test_without_an_energy_it_asks_for_one(page):
    assert "填写周期电量后测算" in page()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("drc-handler1", 200), ("drc-approver1", 200), ("grid-billing1", 200), ("grid-reviewer1", 200),
        ("sup-supervisor1", 200), ("grid-handler1", 403), ("grid-crew1", 403), ("cac-handler1", 403),
        ("telecom-handler1", 403), ("sec-admin1", 403),
    ],
)  # fmt: skip
def test_it_is_for_the_commission_and_the_billing_of_the_grid(log_in, who, status):
    client = log_in(who)
    assert client.get(f"{PATH}?{FEBRUARY}").status_code == status
    assert client.get(f"/api/v1/tariff/simulation/?{FEBRUARY}").status_code == status
    assert ('href="/tariff/"' in client.get("/").content.decode()) is (status == 200)


def test_in_english(log_in):
    client = log_in("drc-handler1")
    client.cookies["django_language"] = "en"
    shown = text_of(client.get(f"{PATH}?{FEBRUARY}").content.decode())
    assert "Re-classing to commercial would lower the monthly bill by 5666.50 CNY" in shown
    assert "Unverified price" in shown
    assert "35,000 kWh × 0.8283 = 28,990.50 CNY" in shown


def test_the_api_gives_the_same_figures(log_in):
    client = log_in("drc-handler1")
    body = client.get(f"/api/v1/tariff/simulation/?{FEBRUARY}&rate=0.30").json()
    totals = {option["key"]: option["total"] for option in body["options"]}
    assert totals == {
        "tiered": "28990.50", "tiered+0.30": "39490.50", "tiered_tou": "26832.17", "tiered_tou+0.30": "37332.17",
        "combined": "19190.50", "combined+0.30": "29690.50", "commercial": "23324.00", "commercial+0.30": "33824.00",
    }  # fmt: skip
    assert (body["break_even"], body["even_rate"], body["current"]) == ("8264", "0.1619", "tiered")
    assert [row["code"] for row in body["warnings"]] == ["reclass_lowers_bill"]
    assert body["missing"][0]["price_class"] == "commercial_tou"
    assert body["options"][0]["lines"] == [
        {"item": "tier3", "label": "第3档电量", "kwh": "35000", "quantity": "35000", "unit": "kWh", "price": "0.8283",
         "amount": "28990.50", "first_day": None, "last_day": None},
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["", "kwh=x", "kwh=1&colour=red", "kwh=1&kwh=2", "kwh=1&region=45", "kwh=1&rate=0.1"])
def test_the_api_refuses_what_it_cannot_read(log_in, query):
    assert log_in("drc-handler1").get(f"/api/v1/tariff/simulation/?{query}").status_code == 400
