"""What the issuer of a list is told about a row, from the case that holds it now or from its own fate. Pure.

The words are those of the result categories (finding, subject, disposal) that lists are answered in everywhere; the
progress says where a case stands. A row is answered once its finding is known; a measure may still be under way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from cases.workflow.view import Text

FINDINGS: Final = {
    "self_operated": Text("属实-自主挖矿", "Confirmed: self-operated"),
    "hosted": Text("属实-托管", "Confirmed: hosted"),
    "compromised": Text("被入侵利用", "Compromised"),
    "already_stopped": Text("已自行停止", "Already stopped"),
    "false_positive": Text("误报", "False positive"),
    "not_locatable": Text("无法定位", "Cannot be located"),
    "outside_jurisdiction": Text("非本辖区", "Outside the jurisdiction"),
    "no_such_account": Text("查无此用户", "No such subscriber"),
    "pending_appraisal": Text("待技术鉴定", "Pending appraisal"),
}
SUBJECTS: Final = {
    "enterprise": Text("企业", "Enterprise"),
    "sole_trader": Text("个体工商户", "Sole trader"),
    "natural_person": Text("自然人", "Natural person"),
    "state_owned": Text("国有单位", "State-owned unit"),
    "internet_cafe": Text("网吧", "Internet café"),
    "data_centre": Text("数据中心", "Data centre"),
    "landlord": Text("出租场地方", "Landlord"),
    "unknown": Text("未知", "Unknown"),
}
DISPOSALS: Final = {
    "suspension": Text("停电", "Power suspension"),
    "surcharge": Text("差别电价", "Differential tariff"),
    "refer": Text("移送", "Referral"),
    "advice": Text("断网处置建议", "Advice to the owner"),
    "continue_monitoring": Text("持续监测", "Continued monitoring"),
    "close": Text("办结销号", "Closed"),
}
PROGRESS: Final = {
    "refused": Text("不予接收", "Refused"),
    "supplement": Text("待补充要素", "To be completed"),
    "waiting": Text("待关联", "Waiting for its list"),
    "triage": Text("待分办", "To be assigned"),
    "watching": Text("持续监测中", "Being monitored"),
    "verifying": Text("核查中", "Being verified"),
    "suspending": Text("停电办理中", "Suspension under way"),
    "suspended": Text("已停电", "Suspended"),
    "surcharging": Text("差别电价办理中", "Tariff under way"),
    "surcharged": Text("差别电价执行中", "Tariff applied"),
    "transferred": Text("已移交属地", "Transferred"),
    "closed": Text("已办结", "Closed"),
}
# How a case ended that was closed without a determination.
_FINDING_OF_OUTCOME: Final = {
    "false_positive": "false_positive",
    "compromised_victim": "compromised",
    "self_stopped": "already_stopped",
    "not_found": "not_locatable",
    "transferred": "outside_jurisdiction",
}
_CUT: Final = frozenset({"executed", "confirmed"})
_CHARGED: Final = frozenset({"accepted", "notified", "billing", "ended"})
# A well-known resolver or delivery network is no miner; whatever else was refused cannot be traced as it stands.
_FINDING_OF_FATE: Final = {"reject:well_known": "false_positive"}


class Answer(NamedTuple):
    """The four result columns as codes; `answered`: a finding is known, or nothing more can come of the row."""

    answered: bool
    finding: str = ""
    subject: str = ""
    disposals: tuple[str, ...] = ()
    progress: str = ""


@dataclass(frozen=True, slots=True)
class CaseState:
    """Of a case what an answer is made of. `due`: the earliest day by which somebody owes something on it."""

    stage: str
    outcome: str | None
    region_code: str
    ordinary: bool
    facts: Mapping[str, Any]
    due: datetime | None = None


def of_fate(fate: str) -> Answer:
    """A row that no case holds."""
    sort = fate.partition(":")[0]
    if sort == "reject":
        return Answer(answered=True, finding=_FINDING_OF_FATE.get(fate, "not_locatable"), progress="refused")
    if sort == "weak":
        return Answer(answered=True, finding="not_locatable", progress="supplement")
    return Answer(answered=False, progress="waiting")


def of_case(case: CaseState, home: str) -> Answer:
    """A row of this case, told by the commission of the region `home`.

    A case that is more confidential than usual is told of in no file: its rows stand as being verified.
    """
    if not case.ordinary:
        return Answer(answered=False, progress="verifying")
    if not case.region_code.startswith(home):
        return Answer(answered=True, finding="outside_jurisdiction", progress="transferred")
    finding = _finding(case)
    return Answer(
        answered=bool(finding),
        finding=finding,
        subject=_subject(case) if finding else "",
        disposals=_disposals(case) if finding else (),
        progress=_progress(case, decided=bool(finding)),
    )


def _member(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = facts.get(name) or {}
    return found


def _finding(case: CaseState) -> str:
    """The decided finding; one that is being looked at again is none."""
    determination = _member(case.facts, "determination")
    decided = determination.get("state") == "decided"
    if case.stage == "closed":
        ended = _FINDING_OF_OUTCOME.get(case.outcome or "", "")
        # An exclusion after a determination is the later word.
        if ended and (not decided or case.outcome == "false_positive"):
            return ended
        return str(determination["finding"]) if decided else ""
    if not decided or _reopened(case, determination):
        return ""
    return str(determination["finding"])


def _reopened(case: CaseState, determination: Mapping[str, Any]) -> bool:
    """Whether the case is back where findings are made: only a referral alone leaves it there with its finding."""
    kinds = [row["kind"] for row in determination.get("disposals", ())]
    if case.stage == "verification":
        return kinds != ["refer"]
    return case.stage == "monitoring" and "continue_monitoring" not in kinds


def _subject(case: CaseState) -> str:
    """As it was determined, or else as whoever was there, or knows the subscriber, reported it."""
    determination = _member(case.facts, "determination")
    findings = _member(case.facts, "findings")
    for source in (determination, *(_member(findings, kind) for kind in ("inspect_site", "trace_subscriber"))):
        if source.get("subject"):
            return str(source["subject"])
    return "unknown"


def _disposals(case: CaseState) -> tuple[str, ...]:
    """What was decided and what was done, in the order of the table of disposals."""
    facts = case.facts
    decided = _member(facts, "determination")
    found = {row["kind"] for row in decided.get("disposals", ()) if decided.get("state") == "decided"}
    if _member(facts, "suspension").get("state") in _CUT | {"restored"}:
        found.add("suspension")
    if _member(facts, "surcharge").get("state") in _CHARGED:
        found.add("surcharge")
    if facts.get("referrals"):
        found.add("refer")
    if facts.get("advice"):
        found.add("advice")
    if case.stage == "closed":
        found = (found | {"close"}) - {"continue_monitoring"}
    return tuple(kind for kind in DISPOSALS if kind in found)


def _progress(case: CaseState, *, decided: bool) -> str:
    if case.stage == "closed":
        return "transferred" if case.outcome == "transferred" else "closed"
    if case.stage == "suspension":
        return "suspended" if _member(case.facts, "suspension").get("state") in _CUT else "suspending"
    if case.stage == "penalty_tariff":
        return "surcharged" if _member(case.facts, "surcharge").get("state") in _CHARGED else "surcharging"
    if case.stage == "monitoring":
        return "watching" if decided or case.facts.get("monitoring") else "triage"
    return "verifying"
