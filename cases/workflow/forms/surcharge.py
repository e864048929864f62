"""Inputs of the penalty tariff: plan, list, acceptance, notification, bills, payments, cessation, end."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cases.policy.tariff.words import PERIODS
from cases.workflow.forms import choices as c
from cases.workflow.forms.build import FILES, NOTE, choice, day, file, longtext, number, task, text, whole, yes_no
from cases.workflow.forms.reading import impersonal, month

PRICE_PLACES: Final = 4

SURCHARGE_REFUSALS: Final = c.code_list(
    ("wrong_account", "户号或地址不符", "Wrong account or address"),
    ("incomplete", "名单要素不全", "List incomplete"),
    ("period", "起止时间有误", "Wrong period"),
    ("document", "价格文件不适用", "Price document does not apply"),
)
NOTICES: Final = c.code_list(
    ("direct", "直接送达", "In person"),
    ("left", "留置送达", "Left, with a witness"),
    ("post", "邮寄送达", "By post"),
    ("electronic", "电子送达", "Electronic"),
)
ADJUSTMENTS: Final = c.code_list(
    ("misread", "抄表差错", "Misread meter"),
    ("wrong_list", "名单有误", "Wrong list entry"),
    ("tariff_error", "电价差错", "Tariff error"),
    ("objection", "异议成立", "Objection upheld"),
)
PAYMENTS: Final = c.code_list(
    ("bill", "电费", "The bill"),
    ("late_fee", "电费违约金", "The late fee"),
    ("refund", "退还用户", "Paid back to the user"),
)
PROOFS: Final = c.code_list(
    ("site_visit", "现场核实", "Site visit"),
    ("load", "负荷数据", "Load data"),
    ("removal", "设备清退证明", "Devices removed"),
)

PROPOSE_SURCHARGE: Final = (
    task(),
    number("rate", "加价标准（元/kWh）", "Rate (CNY/kWh)", required=True, maximum=Decimal(20), places=PRICE_PLACES),
    day("starts_on", "起始日期", "First day", required=True),
    day("ends_on", "截止日期", "Last day"),
    number("monthly_kwh", "测算月电量（kWh）", "Monthly kWh of the simulation", required=True),
    choice("price_class", "现行电价", "Present price class", c.PRICE_CLASSES, required=True),
    choice("reclass_to", "改按电价类别", "Re-classify to", c.PRICE_CLASSES, hint=("不改类则不填", "Only if changed")),
    number(
        "commercial_price",
        "当月工商业电价（元/kWh）",
        "Commercial price of the month (CNY/kWh)",
        minimum=Decimal("0.0001"),
        maximum=Decimal(20),
        places=PRICE_PLACES,
    ),
    yes_no("simulation_seen", "已查看电费测算", "The bill simulation was seen", required=True),
    text(
        "local_document",
        "地方价格文件文号",
        "Local price document",
        maximum=80,
        read=impersonal,
        hint=("已登记的文件只填文号", "Of a document on record the number is enough"),
    ),
    day("document_from", "地方文件施行日期", "Local document in force from"),
    day("document_to", "地方文件失效日期", "Local document ends"),
    yes_no("document_covers_persons", "地方文件适用于个人", "The local document covers persons"),
    file("document_file", "地方价格文件", "Local price document (file)"),
    NOTE,
)
ISSUE_SURCHARGE_LIST: Final = (
    task(),
    file("list_file", "执行名单函", "List letter", required=True),
    text("account", "户号", "Account", sealed=True, required=True, maximum=40),
    text("address", "用电地址", "Supply address", sealed=True, required=True),
    NOTE,
)
ACKNOWLEDGE_SURCHARGE: Final = (
    task(),
    yes_no("account_matches", "户号、地址与档案一致", "Account and address match the records", required=True),
    text("cycle_day", "抄表日", "Meter-reading day", maximum=20, read=impersonal),
    number(
        "late_fee",
        "合同约定的违约金（‰/日）",
        "Contracted late fee (per mille a day)",
        minimum=Decimal(1),
        maximum=Decimal(3),
        places=2,
        hint=("1 至 3，不填则不计违约金", "1 to 3; left empty there is no late fee"),
    ),
    NOTE,
)
REFUSE_SURCHARGE: Final = (
    task(),
    choice("reason_code", "退回原因", "Reason", SURCHARGE_REFUSALS, required=True),
    text("account", "更正后户号", "Corrected account", sealed=True, maximum=40),
    text("address", "更正后用电地址", "Corrected supply address", sealed=True),
    day("starts_on", "更正后起始日期", "Corrected first day"),
    day("ends_on", "更正后截止日期", "Corrected last day"),
    longtext("reason", "说明", "Explanation", required=True),
)
NOTIFY_SUBSCRIBER: Final = (
    task(),
    choice("method", "告知方式", "Method", NOTICES, required=True),
    day("notified_on", "告知日期", "Notified on", required=True),
    file("notice_file", "告知书（送达回证）", "Notice with proof of service", required=True),
    text("recipient", "签收人", "Received by", sealed=True, maximum=40),
    NOTE,
)
#: What the meter says of each period of the day; an account without time of use has none.
BY_TIME: Final = tuple(
    number(name, f"{zh}（kWh）", f"{en.capitalize()} kWh", hint=("分时电价用户必填，其他用户不填", "Time of use only"))
    for name, (zh, en) in PERIODS.items()
)
#: Two readings and the multiplier instead of the energy, or beside it: then both have to agree.
READ: Final = (
    number("reading_from", "上期示数", "Reading before", hint=("填了示数可不填电量", "Instead of the energy")),
    number("reading_to", "本期示数", "Reading now"),
    whole("multiplier", "倍率", "Multiplier", minimum=1, maximum=1_000_000, hint=("不填则为 1", "Left empty: 1")),
)
DEMAND: Final = number(
    "demand_kw",
    "最大需量（kW）",
    "Highest demand (kW)",
    hint=("两部制用户按需量计费的填写，不填则按合同容量", "Two-part accounts on demand; left empty: the capacity"),
)
ISSUE_BILL: Final = (
    task(),
    text("month", "账单月份", "Month", required=True, read=month, hint=("例如 2026-11", "Such as 2026-11")),
    day("cycle_from", "抄表周期起", "Cycle from", required=True),
    day("cycle_to", "抄表周期止", "Cycle to", required=True),
    number("kwh", "周期电量（kWh）", "kWh of the cycle", hint=("乘倍率后的电量", "After the multiplier")),
    *READ,
    *BY_TIME,
    DEMAND,
    number(
        "used_before",
        "本年此前用电量（kWh）",
        "kWh of this year before the cycle",
        hint=("阶梯电价必填，用于确定档位", "Needed for tiered prices"),
    ),
    number(
        "energy_price",
        "当月代理购电价格（元/kWh）",
        "Proxy price of the month (CNY/kWh)",
        minimum=Decimal("0.0001"),
        maximum=Decimal(20),
        places=PRICE_PLACES,
        hint=(
            "一般工商业用户在没有登记当月电价时必填；分时和两部制按登记的电价",
            "General commercial users without a recorded price; time of use and two-part go by the record",
        ),
    ),
    day("due_on", "缴费期限", "Due on", hint=("逾期之日起计违约金", "The late fee runs from the day after")),
    NOTE,
    FILES,
)
REVIEW_BILL: Final = (
    task(),
    choice("decision", "复核结果", "Decision", c.APPROVAL, required=True),
    NOTE,
)
RECORD_PAYMENT: Final = (
    text("bill", "账单编号", "Bill", required=True, maximum=40),
    choice("kind", "款项", "What it is", PAYMENTS, hint=("不填则为电费", "Left empty: the bill")),
    number("amount", "金额（元）", "Amount (CNY)", required=True, minimum=Decimal("0.01"), places=2),
    day("paid_on", "收付日期", "Paid on", required=True),
    NOTE,
)
_UNCHANGED: Final = ("不填则不变", "Left empty: unchanged")
ADJUST_BILL: Final = (
    text("bill", "账单编号", "Bill", required=True, maximum=40),
    choice("reason_code", "退补原因", "Reason", ADJUSTMENTS, required=True),
    number("kwh", "更正后周期电量（kWh）", "Corrected kWh of the cycle", required=True),
    *BY_TIME,
    number("demand_kw", "更正后最大需量（kW）", "Corrected highest demand (kW)", hint=_UNCHANGED),
    number("used_before", "更正后本年此前用电量（kWh）", "Corrected kWh of this year before", hint=_UNCHANGED),
    number(
        "energy_price",
        "更正后当月代理购电价格（元/kWh）",
        "Corrected proxy price of the month (CNY/kWh)",
        minimum=Decimal("0.0001"),
        maximum=Decimal(20),
        places=PRICE_PLACES,
        hint=_UNCHANGED,
    ),
    yes_no("without_surcharge", "取消加价", "Take the surcharge off"),
    longtext("reason", "说明", "Explanation", required=True),
)
REPORT_CESSATION: Final = (
    day("stopped_on", "停止“挖矿”日期", "Stopped on", required=True),
    choice("proof", "核实方式", "Proof", PROOFS, required=True),
    NOTE,
    FILES,
)
END_SURCHARGE: Final = (
    task(),
    day("ends_on", "停止执行日期", "Last day", required=True),
    file("end_file", "停止执行函", "Letter ending the surcharge", required=True),
    NOTE,
)
