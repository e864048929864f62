"""What the facts of a case say on its page: the four findings side by side, the decision, the bills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.selectors import display_names
from cases.selectors.paging import Row
from cases.templatetags.lianzhi import when
from cases.web.show.words import say
from cases.workflow.fields import Field
from cases.workflow.forms import choices
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

# Which act answers which finding task: its inputs give the labels of the values.
REPORTS: Final = {
    "inspect_site": "record_inspection",
    "check_consumption": "report_consumption",
    "analyse_traffic": "report_traffic",
    "trace_subscriber": "report_subscriber",
}
AGENCIES: Final = {
    "inspect_site": Text("发改委", "Commission"),
    "check_consumption": Text("供电公司", "Grid company"),
    "analyse_traffic": Text("网信办", "Cyberspace office"),
    "trace_subscriber": Text("通信管理局", "Telecom bureau"),
}
# What a result says about mining at this place: for it, against it, or neither.
FOR: Final = frozenset({"identified", "abnormal", "confirmed", "running", "devices_idle"})
AGAINST: Final = frozenset({"normal", "not_confirmed", "nothing_found"})
VICTIM: Final = frozenset({"compromised"})
SHOWN_LINES: Final = 6
PAPERS: Final = {
    "suspension_order": Text("停电函", "Suspension order"),
    "suspension_approval": Text("停电审批单", "Suspension approval"),
    "suspension_notice": Text("停电通知书", "Suspension notice"),
    "surcharge_list": Text("惩罚性电价执行名单函", "Surcharge list"),
    "surcharge_end": Text("停止执行惩罚性电价函", "End of surcharge"),
    "determination": Text("认定意见书", "Determination"),
    "referral": Text("移送函", "Referral"),
}


def paper_name(kind: str) -> Text | str:
    """The name of a kind of numbered document."""
    return PAPERS.get(kind, kind)


def findings(actor: Actor, case: Row) -> dict[str, Any]:
    """The four findings, each with its agency, result and figures, and whether they agree."""
    given: Mapping[str, Any] = case["facts"].get("findings") or {}
    open_kinds = {task["kind"]: task for task in case["tasks"]}
    names = display_names(actor, [found["user"] for found in given.values() if found.get("user")])
    rows = [_finding(kind, given.get(kind), open_kinds.get(kind), names) for kind in REPORTS]
    results = [given[kind].get("result", "") for kind in FINDING_KINDS if given.get(kind)]
    verdict, tone = _verdict(results, waiting=any(kind in open_kinds for kind in FINDING_KINDS))
    asked = bool(given) or any(kind in open_kinds for kind in FINDING_KINDS)
    return {"rows": rows if asked else [], "verdict": verdict, "tone": tone}


def _finding(kind: str, found: Mapping[str, Any] | None, task: Row | None, names: Mapping[int, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": AGENCIES[kind], "task": KINDS[kind].label, "tone": "", "lines": [], "who": ""}
    if not found:
        owner = task["agency"]["id"] if task else None
        waiting = gettext("已交办，尚未反馈") if task else gettext("未要求此项核查")
        return {
            **row,
            "agency_id": owner,
            "result": Text("待反馈", "Awaited") if task else Text("--", "--"),
            "waiting": waiting,
        }
    if found.get("waived"):
        return {
            **row,
            "agency_id": found.get("agency"),
            "result": Text("免予核查", "Waived"),
            "waiting": gettext("已免予核查"),
        }
    inputs = TRANSITIONS[REPORTS[kind]].inputs
    result = str(found.get("result", ""))
    return {
        **row,
        "agency_id": found.get("agency"),
        "result": _choice(inputs, "result", result),
        "tone": "warn" if result in FOR | VICTIM else "ok" if result in AGAINST else "",
        "lines": _lines(inputs, found)[:SHOWN_LINES],
        "at": found.get("at"),
        "who": names.get(found.get("user", 0), ""),
        "waiting": gettext("无补充说明"),
    }


def _verdict(results: list[str], *, waiting: bool) -> tuple[str, str]:
    """Agreement or conflict, in words and tone."""
    sides = {
        ("for" if r in FOR else "against" if r in AGAINST else "victim" if r in VICTIM else "open") for r in results
    }
    sides.discard("open")
    if len(sides) > 1:
        return gettext("意见不一致，需会商"), "bad"
    if waiting:
        return gettext("反馈未齐"), "warn"
    if not sides:
        return "", ""
    return {
        "for": (gettext("无分歧，均指向“挖矿”"), "ok"),
        "against": (gettext("无分歧，均未发现“挖矿”"), "ok"),
        "victim": (gettext("无分歧，疑被入侵利用"), "warn"),
    }[sides.pop()]


def _lines(inputs: tuple[Field, ...], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of a finding with the labels of the form they were typed into."""
    lines = []
    for field in inputs:
        value = found.get(field.name)
        if field.name in ("task", "result") or field.sealed or value in (None, "", []):
            continue
        lines.append({"label": field.label, "value": said(field, value)})
    return lines


def said(field: Field, value: Any) -> Any:
    """A stored value in words."""
    names = dict(field.choices)
    if field.kind == "datetime" and isinstance(value, str):
        return when(value)
    if isinstance(value, bool):
        return Text("是", "Yes") if value else Text("否", "No")
    if isinstance(value, list):
        if field.kind in ("list", "attachments"):
            return gettext("%(n)s 项") % {"n": len(value)}
        return "、".join(say(names.get(item, item)) for item in value)
    return names.get(value, value) if isinstance(value, str) else value


def _choice(inputs: tuple[Field, ...], name: str, value: str) -> Any:
    field = next((f for f in inputs if f.name == name), None)
    return dict(field.choices).get(value, value) if field else value


STATES: Final = {
    "proposed": Text("待审核", "Awaiting review"),
    "decided": Text("已认定", "Decided"),
    "refused": Text("审核未通过", "Refused"),
}


def decision(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The determination with its disposals, the suspension and the surcharge as they stand."""
    rows: list[dict[str, Any]] = []
    found = facts.get("determination") or {}
    if found:
        rows.append({"label": gettext("认定结果"), "value": dict(choices.FINDINGS).get(found.get("finding", ""), "--"),
                     "note": say(STATES.get(found.get("state", ""), ""))})  # fmt: skip
        for disposal in found.get("disposals") or ():
            kind, ground = disposal.get("kind", ""), disposal.get("ground") or ""
            note = say(dict(choices.GROUNDS).get(ground, ground))
            rows.append({"label": gettext("处置意见"), "value": dict(choices.DISPOSALS).get(kind, kind), "note": note})
    rows += _suspension(facts.get("suspension") or {}, facts.get("stay") or {})
    rows += _surcharge(facts.get("surcharge") or {})
    blind = facts.get("blind_spot") or {}
    if blind:
        reason = dict(choices.MONITORING_REASONS).get(blind.get("reason", ""), blind.get("reason", ""))
        rows.append({"label": gettext("监管盲区"), "value": reason, "note": blind.get("since", "")})
    return rows


def _suspension(found: Mapping[str, Any], stay: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not found:
        return []
    rows = []
    if found.get("order_no"):
        rows.append({"label": gettext("停电函"), "value": found["order_no"], "note": ""})
    window = found.get("notice") or {}
    if window.get("window_from"):
        span = f"{window['window_from'][:16].replace('T', ' ')} – {window.get('window_to', '')[:16].replace('T', ' ')}"
        rows.append({"label": gettext("可停电窗口"), "value": span, "note": ""})
    if found.get("executed_at"):
        rows.append({"label": gettext("停电时间"), "value": found["executed_at"][:16].replace("T", " "), "note": ""})
    if stay.get("active"):
        rows.append({"label": gettext("中止执行"), "value": gettext("执行已中止"), "note": stay.get("since", "")[:10]})
    return rows


def _surcharge(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not found.get("rate"):
        return []
    span = f"{found.get('starts_on') or ''} – {found.get('ends_on') or ''}"
    note = found.get("document_no") or ""
    return [
        {"label": gettext("加价标准"), "value": gettext("%(rate)s 元/千瓦时") % {"rate": found["rate"]}, "note": note},
        {"label": gettext("加价起止"), "value": span, "note": ""},
    ]


BILL_STATES: Final = {
    "issued": Text("待复核", "Awaiting review"),
    "reviewed": Text("已复核", "Reviewed"),
    "accepted": Text("已复核", "Reviewed"),
    "refused": Text("复核未通过", "Refused"),
    "adjusted": Text("已退补", "Adjusted"),
    "paid": Text("已缴费", "Paid"),
}


def bills(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bills with the surcharge, the latest last."""
    found = (facts.get("surcharge") or {}).get("bills") or []
    return [{**bill, "state": BILL_STATES.get(bill.get("state", ""), bill.get("state", ""))} for bill in found]
