"""How the codes of the workflow table are said: stages, agencies, roles and tasks in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agencies.vocabulary import LABELS, Duty, Kind, Role
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.view import Text

STAGES: Final = {
    "monitoring": Text("监测名单", "monitoring list"),
    "verification": Text("核查", "verification"),
    "suspension": Text("暂停供电", "power suspension"),
    "penalty_tariff": Text("惩罚性电价", "penalty tariff"),
    "closed": Text("办结", "closed"),
}
ANY: Final = Text("任一阶段", "any stage")
_STAGE_SIGNS: Final = {"any": ANY, "-": Text("（新案）", "(new case)"), "=": Text("不变", "unchanged")}

_AGENCY_SIGNS: Final = {
    "=task": Text("事项承办单位", "the agency the task is addressed to"),
    "any_participant": Text("参与本案的单位", "any agency that takes part in the case"),
}
_ROLE_SIGNS: Final = {
    "=task": Text("事项所需角色", "the role the task needs"),
    "any_but_supervisor_and_admin": Text(
        "督查、单位管理员以外的角色", "any role but supervisor and agency administrator"
    ),
}
_TASK_SIGNS: Final = {
    "=task": Text("所指的待办", "the task named"),
    "=finding": Text("所指的核查任务", "the finding tasks named"),
    "=last_finding": Text("核查齐备后：认定", "determine, once no finding task is open"),
    "=disposal": Text("按处置意见", "what the decided disposal needs"),
    "=ruling": Text("按裁定结果", "what was ruled"),
}


def describe_stage(stage: str) -> Text:
    """The name of a stage, or of the signs “any”, “-” and “=” of the table."""
    return STAGES.get(stage) or _STAGE_SIGNS[stage]


def describe_agency(kind: str) -> Text:
    """The name of an agency kind, of a duty, or of a sign of the table."""
    if kind in _AGENCY_SIGNS:
        return _AGENCY_SIGNS[kind]
    label = LABELS[Duty(kind) if kind == Duty.POWER_AUTHORITY else Kind(kind)]
    return Text(label.zh, label.en)


def describe_role(role: str) -> Text:
    if role in _ROLE_SIGNS:
        return _ROLE_SIGNS[role]
    label = LABELS[Role(role)]
    return Text(label.zh, label.en)


def describe_task(kind: str) -> Text:
    return _TASK_SIGNS[kind] if kind in _TASK_SIGNS else KINDS[kind].label


def join(texts: Iterable[Text]) -> Text:
    """Several names in one sentence: A、B或C; A, B or C."""
    items = list(texts)
    if not items:
        return Text("无", "none")
    if len(items) == 1:
        return items[0]
    head, last = items[:-1], items[-1]
    return Text(
        "、".join(t.zh for t in head) + "或" + last.zh,
        ", ".join(t.en for t in head) + " or " + last.en,
    )


def describe_agencies(kinds: Iterable[str]) -> Text:
    return join(describe_agency(kind) for kind in kinds)


def describe_roles(roles: Iterable[str]) -> Text:
    return join(describe_role(role) for role in roles)


def describe_tasks(kinds: Iterable[str]) -> Text:
    """The tasks an act completes; “the finding tasks named” are spelled out."""
    wanted: list[str] = []
    for kind in kinds:
        wanted.extend(FINDING_KINDS if kind == "=finding" else (kind,))
    return join(describe_task(kind) for kind in wanted)
