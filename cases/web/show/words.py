"""The words and shapes the pages give to codes: names of stages, signals and outcomes, their colour class and icon.

Codes of the workflow table keep their own labels (`cases.workflow`); here stands only what pages add to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import get_language, gettext

from agencies.directory import held_directory
from agencies.vocabulary import Kind
from cases.workflow.view import Text


def say(text: Any) -> str:
    """A bilingual text in the language of the page; a plain value as it is."""
    if hasattr(text, "zh"):
        return str(text.get(get_language() or "zh"))
    return "" if text is None else str(text)


def listed(parts: Iterable[str]) -> str:
    """Several words in a row."""
    return (", " if _english() else "、").join(parts)


def who(row: Mapping[str, Any]) -> str:
    """Who did it; of a substitute, for whom: 钱文博 代 赵一鸣. Empty for the system."""
    name = str((row["actor"] or {}).get("name") or "")
    if name and row.get("on_behalf"):
        return gettext("%(who)s 代 %(absent)s") % {"who": name, "absent": row["on_behalf"]["name"]}
    return name


def clauses(parts: Iterable[str]) -> str:
    """Several parts of one sentence."""
    return ("; " if _english() else "；").join(parts)


def sentences(parts: Iterable[str]) -> str:
    """Several sentences without their last full stop."""
    return (". " if _english() else "。").join(parts)


def pair(label: Any, value: Any) -> str:
    """A label and what it says."""
    return f"{say(label)}{': ' if _english() else '：'}{say(value)}"


def _english() -> bool:
    return (get_language() or "").startswith("en")


class StageLook(NamedTuple):
    """A main stage: name, colour class, position 1 to 5."""

    text: Text
    css: str
    step: int


STAGES: Final = {
    "monitoring": StageLook(Text("监测名单", "Monitoring list"), "st-monitor", 1),
    "verification": StageLook(Text("核查", "Verification"), "st-verify", 2),
    "suspension": StageLook(Text("暂停供电", "Power suspension"), "st-suspend", 3),
    "penalty_tariff": StageLook(Text("惩罚性电价", "Penalty tariff"), "st-tariff", 4),
    "closed": StageLook(Text("办结", "Closed"), "st-closed", 5),
}


class SideLook(NamedTuple):
    """A side state of a case, drawn as an outlined pill with an icon."""

    text: Text
    css: str
    icon: str


OUTCOMES: Final = {
    "handled": SideLook(Text("已处置", "Handled"), "st-closed", "circle-check"),
    "false_positive": SideLook(Text("误报排除", "False positive"), "st-false", "x"),
    "compromised_victim": SideLook(Text("被入侵利用", "Compromised victim"), "st-false", "shield-lock"),
    "self_stopped": SideLook(Text("已自行停止", "Stopped by itself"), "st-false", "circle-check"),
    "not_found": SideLook(Text("无法定位", "Not found"), "st-false", "map-pin"),
    "transferred": SideLook(Text("已移交", "Transferred"), "st-false", "arrow-right"),
    "merged": SideLook(Text("已并案", "Merged"), "st-false", "git-compare"),
}
WATCH: Final = SideLook(Text("持续监测", "Continuous monitoring"), "st-watch", "eye")


class SignalLook(NamedTuple):
    """A family of signals: name, one-character mark, icon."""

    text: Text
    mark: Text
    icon: str


SIGNALS: Final = {
    "traffic": SignalLook(Text("流量", "Traffic"), Text("流", "T"), "router"),
    "hashpower": SignalLook(Text("算力", "Hash power"), Text("算", "H"), "cpu"),
    "energy": SignalLook(Text("能耗", "Energy"), Text("能", "E"), "bolt"),
    "funds": SignalLook(Text("资金", "Funds"), Text("资", "F"), "wallet"),
    "report": SignalLook(Text("举报", "Report"), Text("举", "R"), "message-2-exclamation"),
    "onsite": SignalLook(Text("现场", "On site"), Text("场", "S"), "map-pin"),
}

# How strongly a family speaks, by the class of its meter.
STRENGTHS: Final = {
    "3": Text("强", "strong"),
    "2": Text("中", "medium"),
    "1": Text("弱", "weak"),
    "0": Text("未见", "none seen"),
    "n": Text("待反馈", "awaited"),
}


def level(state: Mapping[str, Any]) -> str:
    """How strongly a family speaks, for list and page; where its agency was asked and nothing speaks yet: awaited."""
    return "n" if state["awaited"] and not state["strength"] else str(state["strength"])


AGENCY_CSS: Final = {
    Kind.DEVELOPMENT_COMMISSION: "ag-fgw",
    Kind.GRID_COMPANY: "ag-gd",
    Kind.CYBERSPACE_OFFICE: "ag-wxb",
    Kind.TELECOM_BUREAU: "ag-tgj",
}


def lies_in(case: Mapping[str, Any]) -> str:
    """The region of the address that is not on this system, until the case was handed over to it."""
    away = (case["facts"].get("elsewhere") or {}).get("region") or ""
    return held_directory().region_path(away) if away and away[:4] != case["region"]["code"][:4] else ""
