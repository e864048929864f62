"""What an event changed, in the words of the forms: labels for names, choices for codes, names for ids.

A name that no form and no table knows stands for itself; the body as it was hashed stands below in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.selectors import display_names
from agencies.vocabulary import LABELS
from cases.intake.ledger import withdrawal
from cases.intake.lists.judging.files import FILE
from cases.intake.tips import opening
from cases.templatetags.lianzhi import region_name, when
from cases.web.show import imports, words
from cases.web.show.measures import STATES
from cases.web.show.records import telling
from cases.web.show.words import say
from cases.workflow.fields import Field
from cases.workflow.reference.facts import FACTS
from cases.workflow.task_kinds import KINDS
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

# Who, where and when of the event itself: its own lines say so.
OWN: Final = frozenset({"agency", "user", "at", "seq"})
PERSONS: Final = re.compile(r"user|assignee|\w+_by|on_behalf")
AGENCIES: Final = frozenset({"agency", "lead_agency_id", "partner", "by_agency", "to_agency", "from_agency", "parent"})
REGIONS: Final = frozenset({"region", "region_code", "from_region", "to_region"})
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST: Final = 400
DEPTH: Final = 2

# Members of facts and of events beside cases that no form asks for.
MEMBERS: Final = {
    "columns": Text("列对应", "Columns"), "order": Text("日期顺序", "Order of dates"), "field": Text("字段", "Field"),
    "sheet": Text("工作表", "Sheet"),
    "mends": Text("更正的单元格", "Mended"),
    "row": Text("行", "Row"), "column": Text("列", "Column"), "cases_listmend": Text("名单更正", "Mended cells"),
    "cases_previewrow": Text("名单预览行", "Rows on trial"),
    "after_id": Text("起于", "Begins after"), "before": Text("早于", "Before"), "digest": Text("散列", "Hash"),
    "due_on": Text("到期日", "Due on"), "gone": Text("已清除", "Gone"), "keys": Text("点位标识", "Keys of the site"),
    "parts": Text("名单原件", "Original lists"), "period": Text("期间", "Period"),
    "periods": Text("各时段电量", "kWh by time of day"),
    "retention_days": Text("保存天数", "Days kept"), "rule": Text("规则", "Rule"), "scope": Text("范围", "Scope"),
    "sealed": Text("封存内容", "Sealed parts"), "through_id": Text("止于", "Ends with"),
    "vault": Text("保险库记录", "Vault records"), "cases_tip": Text("群众举报", "Tips"),
    "cases_tippart": Text("举报人与图片", "Reporters and pictures"), "tip": Text("举报", "Tip"),
    "tips": Text("举报", "Tips"),
    "accepted_at": Text("接收时间", "Accepted at"), "accepted_by": Text("接收人", "Accepted by"),
    "account": Text("户号", "Account"), "active": Text("是否有效", "Active"), "agency": Text("单位", "Agency"),
    "agency_code": Text("单位代码", "Agency code"), "agency_name": Text("单位名称", "Name of the agency"),
    "amount": Text("金额", "Amount"), "cases_listpart": Text("名单原件", "Original files"),
    "cases_listrow": Text("名单行", "Rows of lists"), "cases_personalrecord": Text("个人信息", "Personal data"),
    "cases_feedbackpart": Text("批次反馈文件", "Workbooks of feedback"),
    "cases_listuploadpart": Text("名单上传分片", "Parts of lists on their way in"),
    "answered": Text("已答复", "Answered"), "edition": Text("版次", "Version"),
    "unanswered": Text("未答复", "Not answered"),
    "overdue": Text("逾期", "Overdue"), "sent_on": Text("报送日期", "Sent on"),
    "mfa_authenticator": Text("双因素密钥", "Second factors"),
    "approved_at": Text("审批时间", "Approved at"),
    "approved_by": Text("审批人", "Approved by"), "at": Text("时间", "At"), "basis": Text("依据", "Basis"),
    "batch": Text("批次", "Batch"), "batch_name": Text("批次名称", "Name of the batch"),
    "other_name": Text("又一名称", "Another name"),
    "bills": Text("账单", "Bills"), "break_even": Text("平衡点", "Break-even"), "by_agency": Text("督办单位", "By"),
    "bytes": Text("字节数", "Bytes"), "case": Text("案件", "Case"), "ceiling": Text("可见密级", "Ceiling"),
    "cessation": Text("停止挖矿", "Cessation"), "checklist": Text("停电前检查", "Checklist"),
    "confidentiality": Text("密级", "Confidentiality"), "confirmed_at": Text("复核时间", "Confirmed at"),
    "confirmed_by": Text("复核人", "Confirmed by"), "confirmed_reading": Text("复核表码", "Confirmed reading"),
    "copied": Text("已抄送", "Copied"), "corrections": Text("退补", "Corrections"), "count": Text("条数", "Count"),
    "countersigned_at": Text("会签时间", "Countersigned at"), "counts": Text("分类计数", "Counts"),
    "covers_persons": Text("适用于个人", "Covers persons"), "current": Text("现行", "Current"),
    "day_30": Text("三十日", "30 days"), "day_90": Text("九十日", "90 days"),
    "decided_at": Text("审核时间", "Decided at"), "decided_by": Text("审核人", "Decided by"),
    "declined_by": Text("未接收单位", "Declined"), "differences": Text("差额", "Differences"),
    "disabled": Text("已停用", "Disabled"), "display_name": Text("姓名", "Name"),
    "disposals": Text("处置意见", "Disposals"), "document": Text("价格文件", "Price document"),
    "document_from": Text("文件施行日", "In force from"), "document_to": Text("文件失效日", "In force to"),
    "due": Text("期限", "Due"), "duties": Text("职责", "Duties"), "effective_from": Text("施行日", "In force from"),
    "earlier": Text("此前的名单", "Earlier lists"), "energy_in": Text("电能电费所在账单", "Energy charged in"),
    "effects": Text("效果", "Effects"), "ended_at": Text("停止时间", "Ended at"),
    "ended_by": Text("停止签发人", "Ended by"), "energy": Text("电能电费", "Energy"),
    "executed_at": Text("停电时间", "Executed at"), "executed_by": Text("实施人", "Executed by"),
    "fate": Text("账号去向", "Account"), "left": Text("留给单位", "Left"),
    "first_day": Text("开始日", "First day"), "last_day": Text("结束日", "Last day"),
    "roles": Text("角色", "Roles"), "substituted_by": Text("代理人", "Substitute"),
    "substitution": Text("代理", "Substitution"),
    "expires_at": Text("失效时间", "Expires at"), "factor": Text("双因素", "Second factor"),
    "factor_id": Text("双因素序号", "Number of the factor"), "factors": Text("双因素数", "Second factors"),
    "fates": Text("去向", "Fates"), "file": Text("文件", "File"), "files": Text("文件", "Files"),
    "from_agency": Text("原牵头单位", "From agency"), "from_region": Text("原地区", "From region"),
    "granted": Text("是否同意", "Granted"), "id": Text("序号", "No."), "infeasible_at": Text("说明时间", "Stated at"),
    "into": Text("保留的案件", "Survivor"), "issued_at": Text("签发时间", "Issued at"),
    "issued_by": Text("签发人", "Issued by"), "items": Text("项目", "Items"), "key": Text("参数", "Parameter"),
    "kind": Text("种类", "Kind"), "kwh": Text("电量 kWh", "kWh"), "language": Text("语言", "Language"),
    "lapses": Text("失效次数", "Lapses"), "late": Text("是否逾期", "Late"),
    "lead_agency_id": Text("牵头单位", "Lead agency"), "lifted_at": Text("恢复执行时间", "Lifted at"),
    "lines": Text("条目", "Lines"), "locked_until": Text("锁定至", "Closed until"),
    "login_step": Text("登录步骤", "Step of the login"), "must_change": Text("须修改", "To be changed"),
    "password_set_at": Text("密码设置时间", "Password set at"), "list_seq": Text("名单记录号", "Record of the list"),
    "list_no": Text("名单序号", "No. of the list"),
    "listed_days": Text("名单内天数", "Days listed"), "listed_kwh": Text("名单内电量 kWh", "kWh listed"),
    "local": Text("地方文件", "Local document"), "merged_into": Text("并入", "Merged into"),
    "method": Text("方式", "Method"), "moved": Text("重新封存", "Sealed again"),
    "name": Text("名称", "Name"), "no": Text("账单编号", "Bill"),
    "notice": Text("通知", "Notice"), "notified_at": Text("告知时间", "Notified at"),
    "notified_by": Text("告知方式", "Notified by"), "number": Text("案件编号", "Number"), "of": Text("原案", "Of"),
    "order_seq": Text("停电函记录号", "Record of the order"), "origin": Text("发起", "Origin"),
    "outcome": Text("办结结果", "Outcome"), "paid": Text("已缴", "Paid"), "paper": Text("材料种类", "Paper"),
    "parent": Text("上级单位", "Parent"), "partner": Text("接收单位", "Partner"),
    "partner_sort": Text("协办类别", "Sort"), "pending": Text("待复核的退补", "Pending"),
    "planned": Text("拟定", "Planned"), "power": Text("供电", "Power"), "problem": Text("问题", "Problem"),
    "proposed_by": Text("提出人", "Proposed by"), "reason": Text("原因", "Reason"),
    "received_at": Text("接收时间", "Received at"), "refund": Text("退补减少", "Reduced by"),
    "refunded": Text("已退还", "Paid back"), "fee_paid": Text("已缴违约金", "Late fee paid"),
    "refused": Text("退回原因", "Refused"), "refused_at": Text("退回时间", "Refused at"),
    "region": Text("地区", "Region"), "region_code": Text("地区", "Region"),
    "replied_at": Text("答复时间", "Replied at"), "restored_at": Text("复电时间", "Restored at"),
    "restored_by": Text("复电实施人", "Restored by"), "result": Text("结果", "Result"),
    "review_on": Text("复核日期", "Review"), "revoked_at": Text("撤销时间", "Revoked at"),
    "rework": Text("退回补正", "Rework"), "role": Text("角色", "Role"), "rows": Text("行数", "Rows"),
    "second_factor": Text("双因素", "Second factor"), "sessions": Text("会话数", "Sessions"),
    "second_notice": Text("再次通知方式", "Second notice"),
    "second_notice_at": Text("再次通知时间", "Second notice at"), "seq": Text("记录号", "Record"),
    "served_at": Text("送达时间", "Served at"),
    "client": Text("系统标识", "Client"), "code": Text("原因代码", "Code"), "scopes": Text("授权范围", "Scopes"),
    "seconds": Text("有效秒数", "Seconds"), "name_digest": Text("所填名称的摘要", "Digest of the name"),
    "session_end": Text("自动退出", "Ended by itself"), "settled": Text("已结清", "Settled"),
    "sha256": Text("SHA-256", "SHA-256"), "signals": Text("信号", "Signals"), "signature": Text("签收", "Signature"),
    "signed_at": Text("签发时间", "Signed at"), "signed_by": Text("签发人", "Signed by"),
    "simulation": Text("测算", "Simulation"), "since": Text("起始", "Since"), "site": Text("场所", "Site"),
    "sort": Text("类别", "Sort"), "source": Text("来源", "Source"), "sources": Text("来源", "Sources"),
    "staff_no": Text("工号", "Staff number"), "stage": Text("阶段", "Stage"),
    "stage_since": Text("进入阶段时间", "In its stage since"), "state": Text("状态", "State"),
    "subject": Text("主体", "Subject"), "submissions": Text("提交次数", "Submissions"),
    "surcharge": Text("加价", "Surcharge"), "task": Text("事项", "Task"), "tasks": Text("事项", "Tasks"),
    "title": Text("案件名称", "Title"), "to_agency": Text("新牵头单位", "To agency"),
    "totals": Text("月电费", "Totals"), "unreadable": Text("无法解密", "Unreadable"),
    "used_before": Text("年内已用 kWh", "kWh before"),
    "user": Text("人员", "Person"), "username": Text("账号", "Username"), "value": Text("值", "Value"),
    "vault_key": Text("密钥", "Vault key"), "waived": Text("免予核查", "Waived"), "warnings": Text("提示", "Warnings"),
    "window_from": Text("窗口开始", "Window from"), "window_to": Text("窗口结束", "Window to"),
    "withdrawn_at": Text("撤回时间", "Withdrawn at"), "issuer": Text("下发单位", "Issuer"),
    "list_level": Text("名单级别", "List level"), "due_rule": Text("期限依据", "How the date was found"),
    "why": Text("撤回原因", "Why withdrawn"), "list": Text("批次标识", "Id of the batch"),
}  # fmt: skip
VALUES: Final[Mapping[str, Text]] = {
    **STATES,
    "disable": Text("停用", "Disabled"), "keep": Text("保留", "Kept"),
    **withdrawal.REASONS, "full": Text("全量", "Full"),
    "idle": Text("久未操作", "Idle"), "age": Text("登录已满时长", "Too long"),
    "limit": Text("超出同时登录数", "One too many"), "totp": Text("验证器动态码", "Authenticator app"),
    "webauthn": Text("安全密钥", "Security key"), "recovery_codes": Text("恢复码", "Recovery code"),
    "password": Text("密码", "Password"), "self": Text("本人", "The person"),
    "administrator": Text("管理员", "Administrator"),
    "on": Text("有电", "On"), "off": Text("已停", "Off"), "order": Text("停电函", "Order"),
    "grid": Text("供电企业", "Grid"), "telecom": Text("通信监测名单", "Telecom list"),
    "trace": Text("溯源反馈", "Trace replies"), "tips": Text("举报清单", "Public tips"),
    "closed": Text("已办结", "Closed"), "reopened": Text("已重启", "Reopened"), "zh": Text("中文", "Chinese"),
    "en": Text("英文", "English"), "reference_price": Text("工商业电价仅供参考", "Reference price"),
    "commercial_price_unknown": Text("未登记工商业电价", "Commercial price unknown"),
    "reclass_lowers_bill": Text("改类反而少收", "Re-classing lowers the bill"),
}  # fmt: skip


class Words(NamedTuple):
    """What the words depend on: the fields of the event's own act, and the names of the people in the body."""

    fields: Mapping[str, Field]
    people: Mapping[int, str]
    event: telling.Said = telling.NOTHING


def changes(actor: Actor, body: Mapping[str, Any], before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The members of the body that change something, one line each, beside what stood there before."""
    transition = TRANSITIONS.get(body.get("action", ""))
    own = {field.name: field for field in transition.inputs} if transition else {}
    parts = [part for member in ("case", "set", "data") for part in _flat(body.get(member) or {}, (), DEPTH)]
    old = dict(_flat(before, (), DEPTH))
    values = [value for path, value in [*parts, *old.items()] if PERSONS.fullmatch(path[-1])]
    people = display_names(actor, {value for value in values if isinstance(value, int)})
    said = Words(own, people, telling.words_of(body.get("action", "")))
    return [
        {
            "name": " · ".join([_name(step, path[:n], said) for n, step in enumerate(path)][-2:]),
            "value": _value(path[-1], value, said),
            "old": _value(path[-1], old[path], said) if path in old else "",
        }
        for path, value in parts
        if old.get(path) != value and not (len(path) > 1 and path[-1] in OWN)
    ]


def _flat(values: Mapping[str, Any], path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The members of a body by their path, so that each figure gets a line of its own."""
    for key, value in values.items():
        if isinstance(value, dict) and value and depth and "withheld" not in value:
            yield from _flat(value, (*path, key), depth - 1)
        else:
            yield (*path, key), value


def _name(step: str, above: tuple[str, ...], said: Words) -> str:
    if step in said.event.names or (not above and step in FACTS):
        return say(said.event.names.get(step) or FACTS[step].meaning)
    if step in KINDS:
        return say(KINDS[step].label)
    if above[:1] in (("signals",), ("signal_sources",)) and step in words.SIGNALS:
        return say(words.SIGNALS[step].text)
    if above[:1] == ("counts",):
        return _counted(step)
    if own := _own_field(step, said):
        return say(own.label)
    field = _ANY.get(step) or _ANY.get(f"{step}_code")
    return say(MEMBERS.get(step) or (field.label if field else _price_case(step)))


def _price_case(step: str) -> str:
    """`tiered+0.30`, a case of the bill simulation; a name that nobody knows stands for itself."""
    kind, plus, rate = step.partition("+")
    return say(_CHOICES.get(kind, kind)) + plus + rate


def _counted(step: str) -> str:
    word, _, why = step.partition(":")
    label, _tone = imports.FATES.get(word, (imports.EFFECTS.get(word, MEMBERS.get(word, word)), ""))
    return f"{say(label)} {why}".strip()


def _own_field(name: str, said: Words) -> Field | None:
    """The field of the event's own form that asks for this member."""
    return said.fields.get(name) or said.fields.get(f"{name}_code")


_ANY: Final[dict[str, Field]] = {}
_CHOICES: Final[dict[str, Text]] = {}
for _transition in TRANSITIONS.values():
    for _input in (*_transition.inputs, *(inner for outer in _transition.inputs for inner in outer.fields)):
        _ANY.setdefault(_input.name, _input)
        for _code, _label in _input.choices:
            _CHOICES.setdefault(_code, _label)
for _code, _label in opening.REASONS.items():
    _CHOICES.setdefault(_code, _label)


def _value(name: str, value: Any, said: Words) -> str:
    text = _said(name, value, said)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _said(name: str, value: Any, said: Words) -> str:
    if value in (None, "", [], {}):
        return "--"
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return words.listed(_said(name, item, said) for item in value)
    if isinstance(value, dict) and "withheld" in value:
        return gettext("按权限不显示（承诺值 %(hash)s）") % {"hash": value["hmac"][:12]}
    if isinstance(value, dict):
        # What lies deeper (the lines of a bill, who signed what) is read in the body.
        plain = {key: item for key, item in value.items() if key not in OWN and not isinstance(item, dict | list)}
        return words.clauses(f"{_name(key, (name,), said)} {_said(key, item, said)}" for key, item in plain.items())
    if isinstance(value, int):
        return _number(name, value, said)
    return _text(name, str(value), said)


def _number(name: str, value: int, said: Words) -> str:
    if name in AGENCIES and value in get_directory().by_id:
        return get_directory().by_id[value].short_name
    if PERSONS.fullmatch(name):
        return said.people.get(value, str(value))
    return str(value)


def _text(name: str, value: str, said: Words) -> str:
    if INSTANT.fullmatch(value):
        return when(value)
    if UUID.fullmatch(value):
        return value[:8] + "…"
    if name in REGIONS:
        return region_name(value)
    field = _own_field(name, said) or _ANY.get(name) or _ANY.get(f"{name}_code")
    known = said.event.values.get(value) or (dict(field.choices).get(value) if field else None)
    stage = words.STAGES[value].text if value in words.STAGES else None
    task = KINDS[value].label if value in KINDS else None
    role = {code.value: label for code, label in LABELS.items()}.get(value)
    if name == "problem" and value in FILE:
        # The first words of the sentence: the rest holds figures that the event does not.
        return re.split(r"[；;，,:：.]", say(FILE[value]))[0].format(kind="", wanted="")
    return say(known or stage or task or VALUES.get(value) or role or _CHOICES.get(value) or value)
