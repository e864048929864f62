"""The history of a case in sentences: who did what, where the case went, whose turn it became."""

from __future__ import annotations

from functools import cache
from typing import Any

from agencies.vocabulary import LABELS, Role
from cases.workflow.actions import RECORDS
from cases.workflow.task_kinds import KINDS
from cases.workflow.texts import STAGES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

_SYSTEM = Text("系统", "the system")
_UNKNOWN = Text("", "")


@cache
def free_texts(action: str) -> tuple[str, ...]:
    """The fields of an act in which people write sentences; the other sealed fields hold personal data."""
    transition = TRANSITIONS.get(action)
    return tuple(field.name for field in transition.inputs if field.kind == "longtext") if transition else ()


def label_of(action: str) -> Text:
    """What an act is called; a code this version does not know stands for itself."""
    if action in RECORDS:
        return Text(*RECORDS[action])
    transition = TRANSITIONS.get(action)
    return transition.label if transition else Text(action, action)


def tell(entry: dict[str, Any]) -> Text:
    """One sentence about a row of `cases.selectors.timeline`."""
    label, who = label_of(entry["action"]), _who(entry)
    zh, en = [f"{who.zh}：{label.zh}"], [f"{who.en}: {label.en}"]
    if entry["document"]:
        zh.append(f"文号 {entry['document']}")
        en.append(f"document {entry['document']}")
    if entry["from_stage"] != entry["to_stage"]:
        to = STAGES.get(entry["to_stage"], _UNKNOWN)
        zh.append(f"进入{to.zh}")
        en.append(f"moved to {to.en}")
    for task in entry["opened"]:
        kind, agency = _kind(task["kind"]), task["agency"] or {}
        zh.append(f"交{agency.get('short_name', '')}{kind.zh}")
        en.append(f"{kind.en} handed to {agency.get('code', '')}")
    return Text("；".join(zh) + "。", "; ".join(en) + ".")


def _who(entry: dict[str, Any]) -> Text:
    actor, agency = entry["actor"], entry["agency"]
    if actor is None or agency is None:
        return _SYSTEM
    role = LABELS[Role(entry["role"])] if entry["role"] in set(Role) else _UNKNOWN
    return Text(
        f"{agency['short_name']}{actor['name']}" + (f"（{role.zh}）" if role.zh else ""),
        f"{actor['name']}, {agency['code']}" + (f" ({role.en})" if role.en else ""),
    )


def _kind(code: str) -> Text:
    return KINDS[code].label if code in KINDS else Text(code, code)
