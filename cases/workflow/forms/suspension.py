"""Inputs of the suspension: order, approval, countersignature, notice, window, checklist, execution, confirmation."""

from __future__ import annotations

from typing import Final

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
from cases.workflow.forms.verification import OFFICERS

APPROVAL_LEVELS: Final = c.code_list(
    ("station", "供电所（站）负责人", "Head of the station"),
    ("company", "公司负责人", "Head of the company"),
)
REFUSALS: Final = c.code_list(
    ("no_legal_document", "缺少生效法律文书", "No effective legal document"),
    ("residential_supply", "供居民生活用电", "Serves residents' living"),
    ("wrong_account", "户号或地址不符", "Wrong account or address"),
    ("unsafe", "停电将影响公共安全或其他用户", "Unsafe for others"),
    ("ground_not_open", "事由不成立", "The ground does not hold"),
)
SERVICE: Final = c.code_list(
    ("direct", "直接送达", "In person"),
    ("left", "留置送达", "Left, with a witness"),
    ("post", "邮寄送达", "By post"),
    ("electronic", "电子送达", "Electronic"),
)
FAILURES: Final = c.code_list(
    ("nobody_there", "无人在场", "Nobody there"),
    ("refused_to_take", "拒收且无见证人", "Refused, no witness"),
    ("wrong_place", "地址不符", "Wrong address"),
)
CONTACT: Final = c.code_list(
    ("phone", "电话", "Phone"), ("in_person", "当面", "In person"), ("message", "短信", "Message")
)
LAPSES: Final = c.code_list(
    ("window_missed", "窗口已过", "Window missed"),
    ("stayed", "窗口期内中止执行", "Stayed during the window"),
)
BREACHES: Final = c.code_list(
    ("use_changed", "擅自改变用电类别", "Use changed without leave"),
    ("over_capacity", "超合同容量用电", "Over the contract capacity"),
    ("resale", "转供电", "Resale of power"),
)
DANGERS: Final = c.code_list(
    ("fire", "火灾危险", "Fire"),
    ("shock", "触电危险", "Electric shock"),
    ("blocked_exit", "占用消防疏散通道", "Escape route blocked"),
    ("grid", "危及电网运行", "Danger to the grid"),
)
CHECKLIST: Final = c.code_list(*checklist_items())

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
    choice("breach", "违章情形", "Breach", BREACHES),
    yes_no("serious_breach", "情节严重", "Serious"),
    file("grid_decision", "供电企业批准文件", "The grid company's own approval"),
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
SERVE_NOTICE: Final = (
    task(),
    choice("method", "送达方式", "Method", SERVICE, required=True),
    moment("served_at", "送达时间", "Served at", required=True),
    file("notice_file", "停电通知书（送达回证）", "Notice with proof of service", required=True),
    choice("signature", "签收情况", "Signature", c.SIGNATURES, required=True),
    yes_no("copied_to_authority", "已抄送电力管理部门", "Copied to the power authority"),
    text("recipient", "签收人", "Received by", sealed=True, maximum=40),
    text("witness", "见证人", "Witness", sealed=True, maximum=40),
    NOTE,
)
REPORT_FAILED_SERVICE: Final = (
    task(),
    choice("reason_code", "未送达原因", "Reason", FAILURES, required=True),
    moment("tried_at", "送达尝试时间", "Tried at", required=True),
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
EXECUTE_SUSPENSION: Final = (
    task(),
    moment("executed_at", "停电时间", "Cut at", required=True),
    *(yes_no(code, label.zh, label.en, required=True) for code, label in CHECKLIST),
    number("reading", "停电时表码", "Meter reading", required=True),
    files("photos", "现场照片", "Photos", required=True),
    whole("devices", "停电设备台数", "Devices cut off", maximum=1_000_000),
    NOTE,
)
CONFIRM_SUSPENSION: Final = (
    task(),
    moment("confirmed_at", "复核时间", "Confirmed at", required=True),
    yes_no("load_is_zero", "负荷为零", "The load is zero", required=True),
    number("reading", "复核时表码", "Meter reading", required=True),
    files("photos", "复核照片", "Photos"),
    NOTE,
)
