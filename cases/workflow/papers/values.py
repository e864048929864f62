"""What fills the templates: names of agencies, labels of codes, dates and figures of the case. No personal data.

Free text comes from the act that issues the paper, whose author writes it to the receiver; what earlier acts sealed
stays sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from agencies.directory import AgencyRef, Directory
from cases.documents.papers.composing import VERIFIED, in_words
from cases.policy.dated import CHINA
from cases.policy.surcharge import surcharge_rule
from cases.workflow.effects.surcharge.lists import charged_as
from cases.workflow.fields import Choices
from cases.workflow.forms import choices as c
from cases.workflow.forms import cooperation, protection, verification
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, Outcome

if TYPE_CHECKING:
    from cases.workflow.recording.writing import By

Facts = Mapping[str, Any]
Values = dict[str, str]
_PRICED: Final = frozenset({"surcharge_list", "surcharge_notice"})


def values_for(kind: str, view: CaseView, outcome: Outcome, by: By) -> Values:
    """Every value that the template of this kind may ask for."""
    facts = {**view.facts, **outcome.facts}
    return {**_common(view, by.directory), **_found(facts), **_BY_KIND[kind](facts, by, outcome)}


def doubts_about(kind: str, view: CaseView, outcome: Outcome, by: By) -> tuple[str, ...]:
    """What has to be said where a price is not verified."""
    if kind not in _PRICED:
        return ()
    facts = {**view.facts, **outcome.facts}
    planned = facts.get("surcharge") or {}
    if planned.get("local"):
        return (f"价格文件“{planned.get('document', '')}”由办案单位录入，系统未与原件核对（标注：未核实）。",)
    day = by.now.astimezone(CHINA).date()
    rule = surcharge_rule(view.region_code, day, subject=charged_as(facts), entered=by.rules.documents)
    if rule is None or not rule.confirm:
        return ()
    what = "本地区价格文件未查实" if rule.certainty == VERIFIED else f"价格文件“{rule.document}”未核实"
    return (f"{what}，加价标准以价格主管部门印发的原件为准（标注：未核实）。",)


def _common(view: CaseView, directory: Directory) -> Values:
    region = view.region_code
    lead = directory.by_id[view.lead_agency_id]
    power = directory.addressee("power_authority", region)
    home = directory.regions.get(lead.region_code)
    return {
        "site": view.title,
        "grid": _name(directory.addressee("grid_company", region)) or "供电企业",
        "lead": lead.name,
        "power_authority": _name(power),
        "government": f"{home.name if home else ''}人民政府",
    }


def _found(facts: Facts) -> Values:
    """What was determined, as far as it was."""
    found = facts.get("determination") or {}
    disposals = [str(row["kind"]) for row in found.get("disposals", ())]
    ground = next((str(row["ground"]) for row in found.get("disposals", ()) if row.get("ground")), "")
    return {
        "finding": _label(c.FINDINGS, found.get("finding")),
        "subject": _label(c.SUBJECTS, found.get("subject")),
        "proven_from": _day(found.get("proven_from")),
        "review_on": _day(found.get("review_on")),
        "disposals": _labels(c.DISPOSALS, disposals),
        "ground": _label(c.GROUNDS, (facts.get("suspension") or {}).get("ground") or ground),
    }


def _determination(facts: Facts, by: By, outcome: Outcome) -> Values:
    found = facts.get("determination") or {}
    state = found.get("subject")
    reported = [kind for kind, row in (facts.get("findings") or {}).items() if row.get("result") != "waived"]
    evidence = "、".join(f"“{KINDS[kind].label.zh}”反馈" for kind in reported) or "监测线索和在案材料"
    suspends = any(row["kind"] == "suspension" for row in found.get("disposals", ()))
    return {
        "addressee": "当事人" if state in (None, "unknown") else f"当事人（{_label(c.SUBJECTS, state)}）",
        "evidence": evidence,
        **({} if suspends else {"ground": ""}),
    }


def _advice(facts: Facts, by: By, outcome: Outcome) -> Values:
    return {"measures": _labels(verification.ADVICE, by.data["measures"]), "advice": _typed(by, "advice")}


def _assistance(facts: Facts, by: By, outcome: Outcome) -> Values:
    asked = outcome.open[0]
    return {"receiver": _agency(by, asked.unit_id or asked.agency_id), "question": _typed(by, "question")}


def _closure(facts: Facts, by: By, outcome: Outcome) -> Values:
    closure = facts.get("closure") or {}
    return {
        "outcome": _label(c.OUTCOMES, closure.get("outcome")),
        "feedback": _label(c.FEEDBACK, closure.get("feedback")),
    }


def _exclusion(facts: Facts, by: By, outcome: Outcome) -> Values:
    return {"reason": _label(c.EXCLUSION_REASONS, (facts.get("exclusion") or {}).get("reason"))}


def _objection(facts: Facts, by: By, outcome: Outcome) -> Values:
    objection = facts.get("objection") or {}
    return {
        "received_on": _day(objection.get("received_on")),
        "reason": _label(protection.OBJECTIONS, objection.get("reason")),
        "answer": _typed(by, "answer"),
        "rejected": "rejected" if by.data["decision"] == "rejected" else "",
        "upheld": "upheld" if by.data["decision"] == "upheld" else "",
    }


def _referral(facts: Facts, by: By, outcome: Outcome) -> Values:
    sent = facts["referrals"][-1]
    return {
        "receiver": _agency(by, sent["partner"]),
        "matter": _label(cooperation.REFERRALS, sent["matter"]),
        "request": _typed(by, "request"),
    }


def _restoration(facts: Facts, by: By, outcome: Outcome) -> Values:
    order = facts.get("restoration") or {}
    return {
        "reason": _label(protection.RESTORATIONS, order.get("reason")),
        "removed_at": _moment(by.data["cause_removed_at"]),
        "due": _moment(order.get("due")),
    }


def _stay(facts: Facts, by: By, outcome: Outcome) -> Values:
    stay = facts.get("stay") or {}
    return {
        "reason": _label(protection.STAYS, stay.get("reason")),
        "since": _moment(stay.get("since")),
        "explanation": _typed(by, "reason"),
    }


def _surcharge(facts: Facts, by: By, outcome: Outcome) -> Values:
    listed = facts.get("surcharge") or {}
    ends = _day(listed.get("ends_on"))
    return {
        "rate": str(listed.get("rate", "")),
        "price_document": str(listed.get("document", "")),
        "starts_on": _day(listed.get("starts_on")),
        "ends_on": ends,
        "until": f"，至{ends}止" if ends else "，至停止“挖矿”并经核实之日止",
        "stopped_on": _day((facts.get("cessation") or {}).get("stopped_on")),
    }


def _notice(facts: Facts, by: By, outcome: Outcome) -> Values:
    suspension = facts.get("suspension") or {}
    said = suspension["announced"]
    return {
        "minimum": _length(said["minimum_hours"]),
        "maximum": _length(said["maximum_hours"]),
        "second": str(said["second_notice_minutes"]),
        "protected": "yes" if suspension.get("serves_residents") else "",
    }


def _transfer(facts: Facts, by: By, outcome: Outcome) -> Values:
    transfer = facts.get("transfer") or {}
    receiver = transfer.get("from_agency" if transfer.get("state") == "received" else "to_agency")
    return {
        "receiver": _agency(by, receiver),
        "reason": _label(cooperation.TRANSFERS, transfer.get("reason")),
        "explanation": _typed(by, "reason"),
    }


def _urge(facts: Facts, by: By, outcome: Outcome) -> Values:
    asked, answers = facts["urges"][-1], outcome.open[0]
    kind = asked.get("kind")
    return {
        "receiver": _agency(by, answers.unit_id or answers.agency_id),
        "level": _label(cooperation.URGENCY, asked["level"]),
        "task": KINDS[kind].label.zh if kind else "",
        "demand": _typed(by, "demand"),
    }


def _withdrawal(facts: Facts, by: By, outcome: Outcome) -> Values:
    return {"reason": _label(protection.WITHDRAWALS, by.data["reason_code"])}


def _nothing(facts: Facts, by: By, outcome: Outcome) -> Values:
    return {}


_BY_KIND: Final[Mapping[str, Callable[[Facts, By, Outcome], Values]]] = {
    "advice": _advice,
    "assistance": _assistance,
    "closure": _closure,
    "countersignature": _nothing,
    "determination": _determination,
    "exclusion": _exclusion,
    "objection_answer": _objection,
    "referral": _referral,
    "restoration_order": _restoration,
    "stay": _stay,
    "stay_lifted": _stay,
    "surcharge_end": _surcharge,
    "surcharge_list": _surcharge,
    "surcharge_notice": _surcharge,
    "suspension_notice": _notice,
    "suspension_order": _nothing,
    "transfer": _transfer,
    "transfer_receipt": _transfer,
    "urge": _urge,
    "withdrawal": _withdrawal,
}


def _label(choices: Choices, code: Any) -> str:
    return next((label.zh for known, label in choices if known == code), "")


def _labels(choices: Choices, codes: Any) -> str:
    return "、".join(_label(choices, code) for code in codes)


def _name(agency: AgencyRef | None) -> str:
    return agency.name if agency else ""


def _agency(by: By, agency_id: int | None) -> str:
    return _name(by.directory.by_id.get(agency_id)) if agency_id is not None else ""


def _typed(by: By, name: str) -> str:
    return str(by.data.get(name) or "")


def _length(hours: int) -> str:
    return f"{hours}小时" if hours % 24 else f"{hours // 24}日"


def _day(value: Any) -> str:
    return in_words(date.fromisoformat(str(value)[:10])) if value else ""


def _moment(value: Any) -> str:
    if not value:
        return ""
    at = (value if isinstance(value, datetime) else datetime.fromisoformat(str(value))).astimezone(CHINA)
    return f"{in_words(at.date())}{at.hour}时{at.minute:02d}分"
