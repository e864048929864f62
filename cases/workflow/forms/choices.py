"""The code lists of the inputs, each code with its name. Codes stand in events: once released never renamed."""

from __future__ import annotations

from typing import Final

from agencies.vocabulary import LABELS as WORDS
from agencies.vocabulary import Confidentiality
from cases.policy.blindspots import blind_spots
from cases.policy.tariff.words import KIND_NAMES, VOLTAGES
from cases.workflow.fields import Choices
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.view import Text


def code_list(*rows: tuple[str, str, str]) -> Choices:
    """Choices from rows of code, Chinese and English."""
    return tuple((code, Text(zh, en)) for code, zh, en in rows)


FAMILIES: Final = code_list(
    ("traffic", "流量", "Traffic"),
    ("hashpower", "算力", "Hash power"),
    ("energy", "能耗", "Energy"),
    ("funds", "资金", "Funds"),
    ("onsite", "现场", "On site"),
    # A lead that counts for no family of evidence (cases.policy.evidence).
    ("report", "举报", "Public report"),
)
SOURCES: Final = code_list(
    ("telecom", "通信监测名单", "Telecom list"),
    ("trace", "溯源反馈", "Trace reply"),
    ("grid", "用电异常名单", "Grid list"),
    ("tips", "群众举报", "Public tip"),
    ("superior", "上级交办", "Assigned from above"),
    ("relapse", "复燃", "Relapse"),
    ("manual", "自行发现", "Own finding"),
)
LEVELS: Final = code_list(("normal", "全量", "Full list"), ("priority", "重点", "Priority"))
CONFIDENTIALITY: Final = code_list(*((word.value, *WORDS[word]) for word in Confidentiality))
FINDING_TASKS: Final[Choices] = tuple((kind, KINDS[kind].label) for kind in FINDING_KINDS)

FINDINGS: Final = code_list(
    ("self_operated", "属实：自主挖矿", "Confirmed: self-operated"),
    ("hosted", "属实：托管", "Confirmed: hosted"),
    ("compromised", "被入侵利用", "Compromised"),
    ("already_stopped", "已自行停止", "Already stopped"),
    ("false_positive", "误报", "False positive"),
    ("not_locatable", "无法定位", "Cannot be located"),
    ("outside_jurisdiction", "非本辖区", "Outside the jurisdiction"),
    ("no_such_account", "查无此户", "No such account"),
    ("pending_appraisal", "待鉴定", "Pending appraisal"),
)
SUBJECTS: Final = code_list(
    ("enterprise", "企业", "Enterprise"),
    ("sole_trader", "个体工商户", "Sole trader"),
    ("natural_person", "自然人", "Natural person"),
    ("state_owned", "国有单位", "State-owned unit"),
    ("internet_cafe", "网吧", "Internet café"),
    ("data_centre", "数据中心", "Data centre"),
    ("landlord", "出租方", "Landlord"),
    ("unknown", "未知", "Unknown"),
)
DISPOSALS: Final = code_list(
    ("continue_monitoring", "持续监测", "Continue monitoring"),
    ("suspension", "暂停供电", "Power suspension"),
    ("surcharge", "惩罚性电价", "Penalty tariff"),
    ("refer", "移送", "Referral"),
    ("close", "办结", "Close"),
)
GROUNDS: Final = code_list(
    ("G1_theft", "窃电", "Theft of electricity"),
    ("G2_emergency", "紧急避险（安全隐患）", "Emergency (danger)"),
    ("G3_arrears", "欠费逾三十日且经催交", "Arrears over 30 days after dunning"),
    ("G4_serious_breach", "违章用电情节严重", "Serious breach of use"),
    ("G5_power_authority", "电力管理部门决定", "Decision of the power authority"),
    ("G6_illegal_enterprise", "已查实非法用电的“挖矿”企业", "Enterprise with proven illegal use"),
    ("G7_local_rule", "地方性法规规定的情形", "Case of a local regulation"),
)
BREACHES: Final = code_list(
    ("use_changed", "擅自改变用电类别", "Use changed without leave"),
    ("over_capacity", "超合同容量用电", "Over the contract capacity"),
    ("resale", "转供电", "Resale of power"),
)
GRID_GROUNDS: Final = tuple(row for row in GROUNDS if row[0][:2] in ("G1", "G2", "G3", "G4"))
USER_CLASSES: Final = code_list(
    ("residential", "居民用户", "Residential"),
    ("ordinary", "一般用户", "Ordinary"),
    ("important", "重要用户", "Important user"),
)
PRICE_CLASSES: Final = code_list(*((kind, zh, en.capitalize()) for kind, (zh, en) in KIND_NAMES.items()))
SUPPLY_VOLTAGES: Final = code_list(*((code, zh, en[:1].upper() + en[1:]) for code, (zh, en) in VOLTAGES.items()))
PRICE_VARIANTS: Final = code_list(("rural", "农村", "Rural"))
TRACE_RESULTS: Final = code_list(
    ("identified", "已落实用户", "Subscriber identified"),
    ("ambiguous", "多户共用，不能唯一确定", "Shared address, not unique"),
    ("not_locatable", "无法溯源", "Cannot be traced"),
    ("no_such_account", "查无此户", "No such account"),
    ("outside_jurisdiction", "非本辖区", "Outside the jurisdiction"),
)
CONSUMPTION_RESULTS: Final = code_list(
    ("abnormal", "用电异常，符合“挖矿”特征", "Abnormal, fits mining"),
    ("normal", "未见异常", "Nothing abnormal"),
    ("not_locatable", "无法对应户号", "No account can be matched"),
    ("no_such_account", "查无此户", "No such account"),
)
TRAFFIC_RESULTS: Final = code_list(
    ("confirmed", "确有矿池通信", "Pool traffic confirmed"),
    ("compromised", "疑被入侵利用", "Likely compromised"),
    ("not_confirmed", "未见矿池通信", "No pool traffic"),
    ("insufficient", "数据不足", "Too little data"),
)
INSPECTION_RESULTS: Final = code_list(
    ("running", "现场正在“挖矿”", "Mining on site"),
    ("devices_idle", "有设备，未运行", "Devices, not running"),
    ("removed", "设备已清退", "Devices removed"),
    ("nothing_found", "未发现设备", "Nothing found"),
    ("compromised", "设备被入侵利用", "Device compromised"),
    ("no_access", "未能进入", "No access"),
)
READ_BY: Final = code_list(
    ("onsite", "现场抄表", "Read on site"), ("collection", "用电信息采集系统", "The collection system")
)
SIGNATURES: Final = code_list(
    ("signed", "当事人签字", "Signed"),
    ("refused", "拒绝签字，有见证人", "Refused, with a witness"),
    ("absent", "当事人不在场，有见证人", "Absent, with a witness"),
)
RETURN_REASONS: Final = code_list(
    ("not_our_duty", "不属本单位职责", "Not our duty"),
    ("not_our_region", "非本辖区", "Not our region"),
    ("not_enough_information", "信息不足", "Not enough information"),
    ("not_locatable", "无法定位", "Cannot be located"),
    ("duplicate", "重复", "Duplicate"),
)
RULINGS: Final = code_list(
    ("reassign", "发给应承办的单位", "Give it to the right agency"),
    ("none", "不再办理", "Let it fall away"),
)
GRANT: Final = code_list(("grant", "同意", "Grant"), ("refuse", "不同意", "Refuse"))
APPROVAL: Final = code_list(("approve", "同意", "Approve"), ("refuse", "不同意", "Refuse"))
UPHELD: Final = code_list(("upheld", "异议成立", "Upheld"), ("rejected", "异议不成立", "Rejected"))
ACCEPTANCE: Final = code_list(("accept", "接收", "Accept"), ("decline", "不接收", "Decline"))
MERGE_REASONS: Final = code_list(
    ("same_site", "同一场所", "Same site"),
    ("same_account", "同一户号", "Same account"),
    ("same_subject", "同一当事人", "Same subject"),
)
# Why no measure is open, in the words of the register of blind spots; and reasons that are none.
MONITORING_REASONS: Final = code_list(
    *((spot.code, spot.zh, spot.en) for spot in blind_spots()),
    ("pending_appraisal", "待技术鉴定", "Pending appraisal"),
    ("awaiting_signal", "等待新的线索", "Awaiting a new signal"),
    ("stopped_watch", "已停止，防止反弹", "Stopped; watched for relapse"),
)
EXCLUSION_REASONS: Final = code_list(
    ("browsing", "浏览网页", "Browsing"),
    ("node", "普通节点或钱包", "Node or wallet"),
    ("research", "安全研究", "Security research"),
    ("vpn_exit", "VPN 出口", "VPN exit"),
    ("cgnat", "共用出口地址", "Shared address (CGNAT)"),
    ("licensed", "经许可的数据中心业务", "Licensed data centre"),
    ("list_withdrawn", "所依据的名单已撤回", "Its list was withdrawn"),
    ("other", "其他", "Other"),
)
OUTCOMES: Final = code_list(
    ("handled", "已处置", "Handled"),
    ("self_stopped", "已自行停止", "Stopped by itself"),
    ("compromised_victim", "被入侵利用", "Compromised victim"),
    ("false_positive", "误报", "False positive"),
    ("not_found", "查无", "Not found"),
    ("transferred", "已移交", "Transferred"),
)
FEEDBACK: Final = code_list(
    ("handled", "已处置", "Handled"),
    ("stopped", "已停止", "Stopped"),
    ("not_mining", "未发现“挖矿”", "No mining found"),
    ("not_found", "查无此户", "Not found"),
    ("victim", "被入侵利用，已清除", "Compromised, cleaned"),
    ("passed_on", "已移交", "Passed on"),
)
