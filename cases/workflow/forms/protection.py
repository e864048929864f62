"""Inputs of objection, stay, withdrawal and restoration."""

from __future__ import annotations

from typing import Final

from cases.workflow.forms import choices as c
from cases.workflow.forms.build import FILES, NOTE, choice, day, file, longtext, moment, number, task, text, yes_no
from cases.workflow.forms.reading import impersonal

OBJECTIONS: Final = c.code_list(
    ("wrong_subject", "对象错误", "Wrong subject"),
    ("residential_supply", "供居民生活用电", "Residential supply"),
    ("not_mining", "不是“挖矿”", "Not mining"),
    ("already_stopped", "已停止", "Already stopped"),
    ("procedure", "程序违法", "Procedure"),
    ("amount", "金额错误", "Amount"),
)
STAYS: Final = c.code_list(
    ("reconsideration", "行政复议机关决定停止执行", "Reconsideration body ordered a stay"),
    ("court", "法院裁定停止执行", "Court ordered a stay"),
    ("objection", "异议需核实", "Objection to be checked"),
    ("hardship", "特殊困难（疾病、天气）", "Hardship (illness, weather)"),
    ("new_evidence", "出现新证据", "New evidence"),
)
RESTORATIONS: Final = c.code_list(
    ("cause_removed", "停电原因已消除", "Cause removed"),
    ("objection_upheld", "异议成立", "Objection upheld"),
    ("wrong_cut", "错误停电", "Wrong cut"),
    ("stay", "中止执行", "Stayed"),
    ("authority", "有权机关决定", "Ordered by an authority"),
)
WITHDRAWALS: Final = c.code_list(
    ("cause_removed", "停电原因已消除", "Cause removed"),
    ("error", "决定有误", "Error in the decision"),
    ("residents", "涉及居民生活用电", "Residents' supply affected"),
    ("new_evidence", "出现新证据", "New evidence"),
)

RECORD_OBJECTION: Final = (
    day("received_on", "收到日期", "Received on", required=True),
    choice("reason_code", "异议事由", "Ground", OBJECTIONS, required=True),
    text("objector", "异议人", "Objector", sealed=True, maximum=80),
    longtext("content", "异议内容", "Content", required=True),
    FILES,
)
DECIDE_OBJECTION: Final = (
    task(),
    choice("decision", "处理结果", "Decision", c.UPHELD, required=True),
    longtext("answer", "答复内容", "Answer", required=True),
    FILES,
)
_OF_AN_ORGAN: Final = ("复议机关、法院决定的必填", "Needed of a court or a reconsideration body")
STAY_EXECUTION: Final = (
    choice("reason_code", "中止原因", "Reason", STAYS, required=True),
    file("decision_file", "决定文书", "Decision", hint=_OF_AN_ORGAN),
    text("ordered_by", "作出决定的机关", "Ordered by", maximum=80, read=impersonal, hint=_OF_AN_ORGAN),
    text("decision_no", "文号", "Number of the decision", maximum=60, read=impersonal),
    day("ordered_on", "决定日期", "Ordered on", hint=_OF_AN_ORGAN),
    day("until", "中止至", "Until", hint=("决定载明期限的填写", "Where the decision names a day")),
    NOTE,
)
LIFT_STAY: Final = (longtext("reason", "恢复执行的理由", "Reason", required=True), FILES)
WITHDRAW_SUSPENSION: Final = (
    task(),
    choice("reason_code", "撤回原因", "Reason", WITHDRAWALS, required=True),
    file("withdrawal_file", "撤回函", "Withdrawal"),
    NOTE,
)
ORDER_RESTORATION: Final = (
    choice("reason_code", "复电原因", "Reason", RESTORATIONS, required=True),
    moment("cause_removed_at", "原因消除时间", "Cause removed at", required=True),
    NOTE,
    FILES,
)
_SINCE_THE_CUT: Final = ("与停电时表码比对", "Compared with that of the cut")
_MOVED_ON: Final = (
    "停电期间表码有变化的必填，复核人会看到",
    "Needed where the meter moved on meanwhile; whoever confirms sees it",
)
RESTORE_SUPPLY: Final = (
    task(),
    moment("restored_at", "复电时间", "Restored at", required=True),
    number("reading", "复电时表码", "Meter reading", required=True, hint=_SINCE_THE_CUT),
    longtext("reading_reason", "表码说明", "About the reading", hint=_MOVED_ON),
    longtext("late_reason", "逾期原因", "Reason for the delay", hint=("超过期限时必填", "Needed after the deadline")),
    FILES,
)
CONFIRM_RESTORATION: Final = (
    task(),
    moment("confirmed_at", "复核时间", "Confirmed at", required=True),
    yes_no("supply_is_on", "已恢复供电", "The supply is on", required=True),
    NOTE,
)
