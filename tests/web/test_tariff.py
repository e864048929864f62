"""电价测算: the same kWh under every class and surcharge, line by line, at an address; the same figures by the API."""

import csv
import html
import io
import json
import re
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from audit.models import Event
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
    assert "第3档电量 35,000 0.8283 28,990.50 28,990.50 -- -- -- -- -- --" in shown
    assert "18,958.333333 0.5583 -- -- 10,584.44 10,584.44 --" in shown
    assert "平衡点：全年超过 8,264 kWh" in shown
    assert "加价达到 0.1619 元/kWh 时，工商业与现行电费持平" in shown  # 5,666.50 ÷ 35,000 = 0.161900


def test_every_recorded_rate_is_compared_where_none_is_named(page):
    shown = text_of(page(FEBRUARY))
    for total in ("33,824.00", "40,824.00", "51,324.00", "58,324.00", "93,324.00"):
        assert total in shown, total
    assert shown.count("该日无此标准的价格文件") == 4 * 5, "of each class every rate on record"


def sheet_of(shown: str) -> list[list[str]]:
    """The table of the bills: the cells of each row."""
    drawn = shown.split('aria-labelledby="h-b"')[1].split("</section>", maxsplit=1)[0]
    rows = re.findall(r"<tr.*?</tr>", drawn, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def cents(text: str) -> int:
    return 0 if text == "--" else round(float(text.replace(",", "")) * 100)


@pytest.mark.parametrize("more", ["&rate=0.50", "", "&rate=2.00&on=2021-02-20", "&rate=0.50&peak=20000&valley=15000"])
def test_the_lines_of_each_bill_stand_once_and_give_its_sum_to_the_cent(page, more):
    rows = sheet_of(page(FEBRUARY + more))
    lines = [row for row in rows[1:] if len(row) == len(rows[0]) and row[2]]
    totals = next(row for row in rows if row[0] == "合计")
    assert len(lines) > 4
    for column in range(3, len(totals)):
        assert sum(cents(row[column]) for row in lines) == cents(totals[column]), rows[0][column]
    tiles = re.findall(r'data-plan="(\w)".*?¥([\d,.]+)', page(FEBRUARY + more), re.DOTALL)
    assert [(letter, total) for letter, total in tiles] == [
        (head[0], total) for head, total in zip(rows[0][3:], totals[3:], strict=True)
    ]


def test_the_bills_stand_beside_each_other_with_what_they_differ_from_the_present_one(page):
    rows = {row[0]: row for row in sheet_of(page(f"{FEBRUARY}&rate=0.50"))}
    heads = next(iter(rows.values()))
    at = {head: n for n, head in enumerate(heads)}
    assert rows["合计"][at["B 居民阶梯电价 + 0.50"]] == "46,490.50"  # 28,990.50 + 17,500.00
    assert rows["与现行相差"][at["G 一般工商业"]] == "-5,666.50"
    assert rows["折合单价"][at["A 居民阶梯电价"]] == "0.8283"
    # Before the document of September 2021 no rate is lawful: the classes alone stand beside each other.
    assert len(sheet_of(page(FEBRUARY))[0]) == 3 + 4
    assert "0.00" in sheet_of(page(FEBRUARY.replace("kwh=35000", "kwh=0")))[-3]


def test_the_line_says_what_the_surcharge_makes_of_the_commercial_bill(page):
    shown = page(f"{FEBRUARY}&rate=0.50")
    said = "一般工商业加价 0 至 2.00 元/kWh 时，周期电费由 23,324.00 元升至 93,324.00 元；现行电费 28,990.50 元"
    assert said in shown  # 23,324 + 35,000 × 2
    table = shown.split('id="h-line"')[1].split("<table", 1)[1].split("</table>")[0]
    assert "0.00 2.3324 0.25 3.2074 0.50 4.0824" in text_of(table)  # in 10,000 CNY
    assert "0 至 3.25 元/kWh" in page(f"{FEBRUARY}&rate=3.10")
    half = page(f"{FEBRUARY}&rate=2.00&on=2021-02-15")  # 14 of 28 days
    assert "升至 58,324.00 元" in half
    assert "加价电量 17,500 kWh" in half


def test_the_comparison_leaves_as_a_file_that_is_on_record(log_in):
    client = log_in("drc-handler1")
    page = client.get(f"{PATH}?{FEBRUARY}&rate=0.50").content.decode()
    link = next(found for found in re.findall(r'href="([^"]+)" download', page) if "comparison.csv" in found)
    answer = client.get(html.unescape(link))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][6:8] == ["A 居民阶梯电价", "B 居民阶梯电价 +0.50"]
    assert rows[1] == ["居民阶梯电价", "第3档电量", "", "35000", "kWh", "0.8283", "28990.50", "28990.50", *[""] * 6]
    assert next(row for row in rows if row[0] == "合计")[7] == "46490.50"
    event = Event.objects.filter(action="export_made").latest("id")
    assert json.loads(bytes(event.body))["data"]["what"] == "tariff"
    assert client.get(html.unescape(link).replace(".csv", ".xlsx")).content[:2] == b"PK"
    assert client.get(html.unescape(link).replace(".csv", ".pdf")).status_code == 404
    # A question that cannot be answered leads to where the reason stands.
    back = client.get("/tariff/comparison.csv?kwh=viel")
    assert back["Location"] == "/tariff/?kwh=viel"
    assert log_in("cac-handler1").get(link).status_code == 403


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
    for said in (
        "250 kVA·月 30.0000 -- -- -- -- -- -- -- -- 7,500.00 7,500.00",
        "10 1.2000 -- -- -- -- -- -- -- -- 12.00",
    ):
        assert said in shown, said
    assert "7,562.00" in shown  # 7,500 + 12 + 20 + 18 + 12
    assert "7,592.00" in shown  # and 100 × 0.30
    assert "工商业两部制" not in text_of(page(month).split('id="answer"')[1])
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
    rows = {row[0]: row for row in sheet_of(page(query))}
    assert rows["惩罚性电价加价"][1:3] == ["13,548.387097", "2.0000"]
    charged = rows["项目"].index("F 居民合表电价 + 2.00")
    assert [rows[name][charged] for name in ("惩罚性电价加价", "合计")] == ["27,096.77", "46,287.27"]


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
    assert re.search(r"12,000 1.1459 (-- )+13,750.80", timed)


def test_an_entered_version_is_compared(page, monkeypatch):
    month = {
        "key": "js-2026-10", "region": "320000", "kind": "commercial", "zh": "代理购电", "en": "proxy",
        "status": "in_force", "prices": ["0.7012"], "effective_from": "2026-10-01", "effective_to": "2026-10-31",
        "source": "price table", "certainty": "V-P",
    }  # fmt: skip
    rules = SimpleNamespace(tariffs=(parse_plan(month),), documents=())
    monkeypatch.setattr(comparison, "entered_rules", lambda: rules)
    shown = text_of(page("region=3203&kwh=35000&from=2026-10-01&to=2026-10-31&used_before=315000"))
    assert re.search(r"35,000 0.7012 (-- )+24,542.00", shown)
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
    assert "Price CNY/kWh" in shown
    assert "Bills line by line CNY; 35,000 kWh, 28 days" in shown
    assert " 35,000 0.8283 28,990.50 -- -- -- " in shown


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
