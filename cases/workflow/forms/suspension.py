"""Inputs of the suspension: order, approval, countersignature, notice, window, checklist, execution, confirmation."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cases.policy.cutting.approval import levels
from cases.policy.cutting.service import ways
from cases.policy.execution import checklist_items
from cases.workflow.forms import choices as c
from cases.workflow.forms.build import (
    FILES,
    NOTE,
    choice,
    day,
    file,
    files,
    longtext,
    moment,
    number,
    several,
    task,
    text,
    whole,
    yes_no,
)
from cases.workflow.forms.reading import impersonal
from cases.workflow.forms.verification import OFFICERS

APPROVAL_LEVELS: Final = c.code_list(*((level.code, level.zh, level.en) for level in levels().values()))
REFUSALS: Final = c.code_list(
    ("no_legal_document", "缺少生效法律文书", "No effective legal document"),
    ("residential_supply", "供居民生活用电", "Serves residents' living"),
    ("wrong_account", "户号或地址不符", "Wrong account or address"),
    ("unsafe", "停电将影响公共安全或其他用户", "Unsafe for others"),
    ("ground_not_open", "事由不成立", "The ground does not hold"),
)
SERVICE: Final = c.code_list(*((way.code, way.zh, way.en) for way in ways().values()))
TRIED: Final = tuple(row for row in SERVICE if row[0] != "public")
FAILURES: Final = c.code_list(
    ("nobody_there", "无人在场", "Nobody there"),
    ("refused_to_take", "拒收且无见证人", "Refused, no witness"),
    ("wrong_place", "地址不符", "Wrong address"),
    ("came_back", "邮件退回", "Came back by post"),
    ("not_delivered", "电子方式未能到达", "Did not arrive electronically"),
    ("whereabouts_unknown", "下落不明", "Whereabouts unknown"),
)
CONTACT: Final = c.code_list(
    ("phone", "电话", "Phone"), ("in_person", "当面", "In person"), ("message", "短信", "Message")
)
LAPSES: Final = c.code_list(
    ("window_missed", "窗口已过", "Window missed"),
    ("stayed", "窗口期内中止执行", "Stayed during the window"),
)
DANGERS: Final = c.code_list(
    ("fire", "火灾危险", "Fire"),
    ("shock", "触电危险", "Electric shock"),
    ("blocked_exit", "占用消防疏散通道", "Escape route blocked"),
    ("grid", "危及电网运行", "Danger to the grid"),
)
CHECKLIST: Final = c.code_list(*checklist_items())

_OF_THE_PROCEDURE: Final = ("欠费、严重违章停电必传", "Needed for arrears and serious breach")
REPORT_GRID_SUSPENSION: Final = (
    choice("ground", "停电事由", "Ground", c.GRID_GROUNDS, required=True),
    moment("cut_at", "停电时间", "Cut at", required=True),
    choice("user_class", "用户类别", "User class", c.USER_CLASSES, required=True),
    yes_no("serves_residents", "供居民生活用电", "Serves residents' living", required=True),
    OFFICERS,
    files("attachments", "证据材料", "Evidence", required=True),
    yes_no("theft_proven", "窃电已现场查实", "Theft proven on the spot"),
    choice("danger", "危险情形", "Danger", DANGERS),
    day("bill_due_on", "电费应缴日期", "Bill due on"),
    day("dunned_on", "催交日期", "Dunned on"),
    choice("breach", "违章情形", "Breach", c.BREACHES),
    yes_no("serious_breach", "情节严重", "Serious"),
    file("dunning_file", "催交凭证", "Proof of the dunning", hint=("欠费停电必传", "Needed for arrears")),
    file("grid_decision", "供电企业批准文件", "The grid company's own approval"),
    file("notice_file", "停电通知书（送达回证）", "Notice with proof of service", hint=_OF_THE_PROCEDURE),
    moment("notice_served_at", "停电通知送达时间", "Notice served at"),
    moment("second_notice_at", "再次通知时间", "Second notice at"),
    yes_no("authority_informed", "重要用户已经电力管理部门会签并抄送", "Power authority countersigned and informed"),
    number("reading", "停电时表码", "Meter reading"),
    NOTE,
)
SIGN_SUSPENSION_ORDER: Final = (
    task(),
    file("order_file", "停电函", "Suspension order", required=True),
    file("legal_document", "生效法律文书", "Effective legal document", required=True),
    NOTE,
)
APPROVE_SUSPENSION: Final = (
    task(),
    choice("user_class", "用户类别", "User class", c.USER_CLASSES, required=True),
    yes_no("serves_residents", "计量点供居民生活用电", "Metering point serves residents' living", required=True),
    choice("approval_level", "批准人级别", "Level of approval", APPROVAL_LEVELS, required=True),
    yes_no("order_checked", "已核对停电函和生效法律文书", "Order and legal document were checked", required=True),
    file(
        "marketing_report",
        "报营销部门的报告",
        "Report to the marketing department",
        hint=("重要用户必传", "Needed for an important user"),
    ),
    NOTE,
)
REFUSE_SUSPENSION: Final = (
    task(),
    choice("reason_code", "退回原因", "Reason", REFUSALS, required=True),
    longtext("reason", "说明", "Explanation", required=True),
    FILES,
)
COUNTERSIGN: Final = (
    task(),
    file("countersigned_file", "会签件", "Countersigned copy"),
    NOTE,
)
_BY_POST: Final = ("邮寄送达必填，如 EMS 单号", "By post: the number of the item")
_FOR_PROOF: Final = (
    "留置：现场照片或录像；邮寄：回执；电子：到达记录；公告：刊登件",
    "Left: pictures or video; post: the receipt; electronic: the record of arrival; public notice: the page",
)
_TIME_OF_SERVICE: Final = (
    "签收、留置或到达的时间；邮寄填回执上的收件时间；公告填刊登时间，满三十日视为送达",
    "When it was signed, left or arrived; by post as on the receipt; by public notice when it was published",
)
SERVE_NOTICE: Final = (
    task(),
    choice("method", "送达方式", "Method", SERVICE, required=True),
    moment("served_at", "送达时间", "Served at", required=True, hint=_TIME_OF_SERVICE),
    file("notice_file", "停电通知书（送达回证）", "Notice with proof of service", required=True),
    choice(
        "signature",
        "签收情况",
        "Signature",
        c.SIGNATURES,
        hint=("直接送达和同住成年家属签收的为已签字，留置送达的为拒签", "Signed, or refused where it was left"),
    ),
    text(
        "recipient",
        "签收人",
        "Received by",
        sealed=True,
        maximum=40,
        hint=("直接送达、家属签收必填", "Needed in person and for an adult of the household"),
    ),
    text("relation", "与当事人的关系", "Relation", sealed=True, maximum=40, hint=("家属签收必填", "Of the household")),
    text("witness", "见证人", "Witnesses", sealed=True, maximum=120, hint=("留置送达必填", "Needed where it was left")),
    text("witness_unit", "见证人单位", "Office of the witness", sealed=True, maximum=80),
    text("tracking_no", "邮件号", "Tracking number", maximum=40, read=impersonal, hint=_BY_POST),
    file(
        "consent_file", "同意电子送达的书面材料", "Consent to electronic service", hint=("电子送达必传", "Electronic")
    ),
    text(
        "publication", "公告刊登载体", "Published in", maximum=80, read=impersonal, hint=("公告必填", "Public notice")
    ),
    files("proof_files", "送达凭证", "Proof of service", hint=_FOR_PROOF),
    yes_no("copied_to_authority", "已抄送电力管理部门", "Copied to the power authority"),
    file(
        "copy_receipt",
        "电力管理部门签收回执",
        "Receipt of the power authority",
        hint=("重要用户必传", "Needed for an important user"),
    ),
    NOTE,
)
REPORT_FAILED_SERVICE: Final = (
    task(),
    choice("method", "尝试的送达方式", "Way that was tried", TRIED, required=True),
    choice("reason_code", "未送达原因", "Reason", FAILURES, required=True),
    moment("tried_at", "送达尝试时间", "Tried at", required=True),
    FILES,
    NOTE,
)
GIVE_FINAL_NOTICE: Final = (
    moment("given_at", "通知时间", "Given at", required=True),
    choice("method", "通知方式", "Method", CONTACT, required=True),
    text("recipient", "被通知人", "Told to", sealed=True, maximum=40),
    NOTE,
)
LAPSE_NOTICE: Final = (task(), choice("reason_code", "失效原因", "Reason", LAPSES, required=True), NOTE)
REPORT_INFEASIBLE: Final = (
    task(),
    several("items", "不具备的条件", "Conditions not met", CHECKLIST, required=True),
    longtext("reason", "现场情况", "Scene", required=True),
    FILES,
)
_PHOTOS: Final = (
    "断开的开关、加封的表计，至少两张；用现场原图，保留拍摄时间和地点",
    "The open breaker and the sealed meter, two at least; the originals, with their time and place",
)
_MULTIPLIER: Final = ("不经互感器的为 1", "1 without transformers")
_SECOND_READING: Final = (
    "与停电时表码比对：超出容差的标为仍在用电",
    "Compared with that of the cut: over the tolerance it counts as still drawn",
)
PHOTO_REASON: Final = longtext(
    "photo_reason",
    "照片说明",
    "About the pictures",
    hint=(
        "照片的拍摄时间、地点与登记不符或缺失的必填，复核人会看到",
        "Needed where their time or place differ or are missing; whoever confirms sees it",
    ),
)
EXECUTE_SUSPENSION: Final = (
    task(),
    moment("executed_at", "停电时间", "Cut at", required=True),
    *(yes_no(code, label.zh, label.en, required=True) for code, label in CHECKLIST),
    number("reading", "停电时表码", "Meter reading", required=True),
    number("multiplier", "倍率", "Multiplier", minimum=Decimal("0.01"), maximum=100_000, hint=_MULTIPLIER),
    text("seal_no", "封印号", "Seal number", required=True, maximum=40, read=impersonal),
    files("photos", "现场照片", "Photos", required=True, hint=_PHOTOS),
    PHOTO_REASON,
    whole("devices", "停电设备台数", "Devices cut off", maximum=1_000_000),
    NOTE,
)
CONFIRM_SUSPENSION: Final = (
    task(),
    moment("confirmed_at", "复核时间", "Confirmed at", required=True),
    yes_no("load_is_zero", "负荷为零", "The load is zero", required=True),
    number("reading", "复核时表码", "Meter reading", required=True, hint=_SECOND_READING),
    moment("read_at", "抄表时间", "Read at", hint=("不填为复核时间", "Left empty: the time of the confirmation")),
    choice("reading_source", "表码来源", "Where the reading is from", c.READ_BY),
    files("photos", "复核照片", "Photos"),
    PHOTO_REASON,
    NOTE,
)
