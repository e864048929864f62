"""Inputs of the four findings, the rework and the waiver, and the advice to an owner."""

from __future__ import annotations

from typing import Final

from cases.policy.reports.figures import PROJECTS
from cases.workflow.forms import choices as c
from cases.workflow.forms.build import (
    FILES,
    NOTE,
    choice,
    day,
    files,
    longtext,
    moment,
    number,
    rows,
    several,
    task,
    text,
    whole,
    yes_no,
)
from cases.workflow.forms.reading import staff_number

ADVICE: Final = c.code_list(
    ("isolate", "隔离主机", "Isolate the host"),
    ("clean", "清除恶意程序", "Remove the malware"),
    ("patch", "修补漏洞", "Patch"),
    ("password", "更换口令", "Change passwords"),
    ("report_police", "向公安机关报案", "Report to the police"),
)
WAIVER_REASONS: Final = c.code_list(
    ("not_needed", "其他反馈已足以认定", "Other findings suffice"),
    ("not_possible", "客观上无法核查", "Not possible"),
    ("already_known", "此前案件已核查", "Known from an earlier case"),
)
PROJECT_SORTS: Final = c.code_list(*((code, *named) for code, named in PROJECTS.items()))

REPORT_SUBSCRIBER: Final = (
    task(),
    choice("result", "溯源结果", "Result", c.TRACE_RESULTS, required=True),
    choice("subject", "用户主体", "Subject", c.SUBJECTS),
    whole("lines", "涉及宽带线路数", "Lines", maximum=10_000),
    text("subscriber", "用户名称", "Subscriber", sealed=True),
    text("phone", "联系电话", "Phone", sealed=True, maximum=40),
    text("address", "装机地址", "Installation address", sealed=True),
    text("line_account", "宽带账号", "Line account", sealed=True),
    NOTE,
    FILES,
)
_WITH_RECORDS: Final = ("填写的，须附催交凭证或用电检查记录", "Where given, the record has to be attached")
REPORT_CONSUMPTION: Final = (
    task(),
    choice("result", "核查结果", "Result", c.CONSUMPTION_RESULTS, required=True),
    choice("user_class", "用户类别", "User class", c.USER_CLASSES),
    choice("price_class", "执行电价", "Price class", c.PRICE_CLASSES),
    choice("voltage", "电压等级", "Voltage", c.SUPPLY_VOLTAGES, hint=("不填则为不满1千伏", "Left empty: below 1 kV")),
    choice("variant", "合表电价类别", "Sort of combined meter", c.PRICE_VARIANTS, hint=("仅合表用户", "Combined only")),
    yes_no("serves_residents", "计量点供居民生活用电", "Metering point serves residents' living"),
    yes_no("mixed_premises", "生活与生产经营混用", "Living and production share the supply"),
    yes_no("circuit_separable", "生产经营回路可以单独停电", "The production circuit can be cut alone"),
    number("monthly_kwh", "月用电量（kWh）", "Monthly kWh"),
    number("capacity_kva", "合同容量（kVA）", "Contract capacity (kVA)"),
    yes_no("theft", "有窃电", "Theft"),
    yes_no("illegal_use", "非法用电已查实", "Illegal use of power is proven"),
    whole("arrears_days", "欠费天数", "Days in arrears", maximum=10_000),
    day("arrears_due_on", "所欠电费应缴日期", "Arrears due since"),
    day("arrears_dunned_on", "欠费催交日期", "Dunned for the arrears on", hint=_WITH_RECORDS),
    choice("breach", "违章情形", "Breach", c.BREACHES, hint=_WITH_RECORDS),
    yes_no("serious_breach", "违章情节严重", "The breach is serious"),
    text("account", "户号", "Account", sealed=True, maximum=40),
    text("holder", "户名", "Account holder", sealed=True),
    text("address", "用电地址", "Supply address", sealed=True),
    NOTE,
    FILES,
)
REPORT_TRAFFIC: Final = (
    task(),
    choice("result", "核查结果", "Result", c.TRAFFIC_RESULTS, required=True),
    whole("pools", "矿池数", "Pools", maximum=10_000),
    whole("connections", "通信次数", "Connections", maximum=1_000_000_000),
    number("hashrate", "估算算力（TH/s）", "Estimated hash rate (TH/s)"),
    NOTE,
    FILES,
)
OFFICERS: Final = rows(
    "officers",
    "检查人员",
    "Officers",
    (
        text("staff_no", "工号", "Staff number", required=True, sealed=True, read=staff_number),
        text("officer", "姓名", "Officer", sealed=True, maximum=40),
    ),
    required=True,
    maximum=12,
    hint=("至少两人，逐人填写工号", "Two or more, each with a staff number"),
)
RECORD_INSPECTION: Final = (
    task(),
    choice("result", "检查结果", "Result", c.INSPECTION_RESULTS, required=True),
    moment("inspected_at", "检查时间", "Inspected at", required=True),
    OFFICERS,
    yes_no("home_entry", "进入住宅", "A home was entered", required=True),
    yes_no("consent", "已取得住户同意", "The resident consented"),
    choice("signature", "当事人签字", "Signature", c.SIGNATURES, required=True),
    choice("subject", "主体", "Subject", c.SUBJECTS),
    whole("devices", "设备台数", "Devices", maximum=1_000_000),
    number("power_kw", "现场功率（kW）", "Power on site (kW)"),
    choice("project", "项目类别", "Sort of project", PROJECT_SORTS, hint=("台账按此填报", "For the weekly ledger")),
    day("production_on", "计划投产时间", "Production is planned for", hint=("仅在建项目", "Under construction only")),
    yes_no("danger", "存在安全隐患", "Danger on site"),
    yes_no("serves_residents", "现场为居民生活用电", "The supply serves residents' living"),
    longtext("statement", "当事人陈述和现场情况", "Statement and scene"),
    files("attachments", "照片和笔录", "Photos and record"),
)
REQUEST_REWORK: Final = (
    task(),
    several("findings", "退回补正的事项", "Findings to redo", c.FINDING_TASKS, required=True),
    longtext("reason", "补正要求", "What is missing", required=True),
)
WAIVE_FINDING: Final = (
    task(required=True),
    choice("reason_code", "免予核查的理由", "Reason", WAIVER_REASONS, required=True),
    NOTE,
)
ADVISE_OWNER: Final = (
    task(),
    several("measures", "建议措施", "Measures", ADVICE, required=True),
    longtext("advice", "处置建议", "Advice", required=True),
    FILES,
)
