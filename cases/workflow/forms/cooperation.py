"""Inputs of referrals, transfers, supervision, and of what is possible on every case."""

from __future__ import annotations

from typing import Final

from cases.workflow.forms import choices as c
from cases.workflow.forms.build import (
    FILES,
    NOTE,
    agency,
    choice,
    day,
    files,
    longtext,
    moment,
    number,
    several,
    task,
    text,
    whole,
)
from cases.workflow.forms.reading import impersonal, region_code

REFERRALS: Final = c.code_list(
    ("crime", "涉嫌犯罪", "Suspected crime"),
    ("public_resource", "公共资源“挖矿”（纪检监察）", "Public resources"),
    ("internet_cafe", "网吧管理", "Internet café"),
    ("local", "属地配合", "Local support"),
    ("market", "市场监管", "Market regulation"),
)
REPLIES: Final = c.code_list(
    ("filed", "已立案", "Filed"),
    ("handled", "已处理", "Handled"),
    ("no_action", "不予处理", "No action"),
    ("not_competent", "不属本单位职责", "Not competent"),
)
TRANSFERS: Final = c.code_list(
    ("site_elsewhere", "场所在该地区", "Site lies there"),
    ("account_elsewhere", "户号在该地区", "Account lies there"),
    ("filed_elsewhere", "该地区已先立案", "Filed there first"),
)
URGENCY: Final = c.code_list(
    ("remind", "催办", "Reminder"), ("supervise", "督办", "Supervision"), ("circulate", "通报", "Circular")
)
SAMPLING: Final = c.code_list(
    ("pass", "合格", "Passed"), ("minor", "有瑕疵", "Minor faults"), ("fail", "不合格", "Failed")
)
PAPERS: Final = c.code_list(
    ("evidence", "证据", "Evidence"),
    ("photo", "照片", "Photo"),
    ("document", "文书", "Document"),
    ("letter", "来函", "Letter received"),
    ("correction", "更正说明", "Correction"),
    ("load_reading", "停电后表码", "Reading after a cut"),
    ("load_curve", "日负荷数据", "Load curve"),
    ("compensation_claim", "赔偿请求", "Claim for compensation"),
    ("compensation_decision", "赔偿决定", "Decision on compensation"),
    ("other", "其他", "Other"),
)
PERSONAL: Final = c.code_list(
    ("subscriber", "用户名称", "Subscriber"),
    ("phone", "联系电话", "Phone"),
    ("address", "地址", "Address"),
    ("account", "户号", "Account"),
    ("identity", "证件号码", "Identity number"),
    ("network", "网络地址", "Network address"),
    ("reporter", "举报人", "Reporter"),
)
# Who reported is asked for by itself, for one of these reasons.
REPORTER_PURPOSES: Final = c.code_list(
    ("clarify", "向举报人核实线索", "To ask the reporter about the tip"),
    ("place", "补充地点", "To complete the place"),
    ("answer", "答复举报人", "To answer the reporter"),
    ("protect", "保护举报人", "To protect the reporter"),
    ("reward", "举报奖励", "To reward the reporter"),
    ("false_report", "核查诬告陷害", "To look into a false accusation"),
)
PURPOSES: Final = c.code_list(
    ("visit", "现场核查", "Site visit"),
    ("service", "送达文书", "Service of a document"),
    ("billing", "电费处理", "Billing"),
    ("verification", "核对身份", "Checking identity"),
    ("referral", "移送", "Referral"),
    ("objection", "答复异议", "Answering an objection"),
)

REFER_CASE: Final = (
    agency("partner", "接收单位", "Partner", required=True),
    choice("matter", "移送事由", "Matter", REFERRALS, required=True),
    longtext("request", "移送内容", "Content", required=True),
    FILES,
)
ACKNOWLEDGE_REFERRAL: Final = (task(), text("file_no", "收文编号", "File number", maximum=60, read=impersonal), NOTE)
REPLY_REFERRAL: Final = (
    task(),
    choice("result", "办理结果", "Result", REPLIES, required=True),
    longtext("reply", "答复内容", "Reply", required=True),
    FILES,
)
PROPOSE_TRANSFER: Final = (
    task(),
    text("to_region", "移交地区", "To region", required=True, read=region_code),
    choice("reason_code", "移交理由", "Reason", TRANSFERS, required=True),
    longtext("reason", "说明", "Explanation", required=True),
    FILES,
)
RECEIVE_TRANSFER: Final = (
    task(),
    choice("decision", "是否接收", "Decision", c.ACCEPTANCE, required=True),
    NOTE,
)
URGE: Final = (
    task(),
    choice("level", "方式", "Level", URGENCY, required=True),
    longtext("demand", "督办要求", "Demand", required=True),
)
ANSWER_URGE: Final = (
    task(),
    longtext("answer", "答复内容", "Answer", required=True),
    day("planned_on", "计划完成日期", "Planned for"),
)
SAMPLE_CASE: Final = (
    choice("result", "抽查结果", "Result", SAMPLING, required=True),
    whole("score", "评分", "Score", maximum=100),
    longtext("opinion", "抽查意见", "Opinion"),
)
COMMENT: Final = (longtext("comment", "备注", "Note", required=True), FILES)
_AFTER_A_CUT: Final = (
    "材料类别为“停电后表码”时填写，与停电时表码比对",
    "For “Reading after a cut”; compared with that of the cut",
)
_AMOUNT: Final = ("材料类别为“赔偿请求”“赔偿决定”时填写", "For a claim or a decision on compensation")
ATTACH_DOCUMENT: Final = (
    files("attachments", "材料", "Files", required=True),
    choice("paper", "材料类别", "Kind", PAPERS, required=True),
    number("reading", "停电后表码", "Reading after a cut", hint=_AFTER_A_CUT),
    moment("read_at", "抄表时间", "Read at"),
    choice("reading_source", "表码来源", "Where the reading is from", c.READ_BY),
    number("amount", "赔偿金额（元）", "Amount of compensation (CNY)", places=2, hint=_AMOUNT),
    NOTE,
)
REVEAL_PERSONAL_DATA: Final = (
    several("items", "查看项目", "Items", PERSONAL, required=True),
    choice("purpose", "查看目的", "Purpose", (*PURPOSES, *REPORTER_PURPOSES), required=True),
    longtext("reason", "查看理由", "Reason", required=True, minimum=4),
)
