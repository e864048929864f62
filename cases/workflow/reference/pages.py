"""The two generated pages: the workflow (stages, tasks, inputs, facts) and the permissions (who may do what)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from cases.policy import law
from cases.policy.deadlines import default_period, describe
from cases.workflow.fields import Field
from cases.workflow.reference.diagram import mermaid
from cases.workflow.reference.facts import FACTS
from cases.workflow.task_kinds import KINDS, NAMED, TaskKind
from cases.workflow.telling import label_of
from cases.workflow.texts import STAGES, describe_agency, describe_role, describe_stage, describe_task
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

GENERATED: Final = "<!-- 由 manage.py generate_docs 依据流程表生成，请修改流程表后重新生成。 -->"
CITED_ON: Final = date(2026, 1, 1)  # a fixed day, so that the page changes with the table and not with the calendar


INTRODUCTION: Final = (
    "每件案件在五个阶段之间流转；谁能办、从哪里到哪里，见 [权限表](permissions.md)。\n"
    "图见 [workflow.svg](workflow.svg)。"
)
ON_TASKS: Final = (
    "开启即发出，签收即接收，办理即完成。\n"
    "“可留在已办结案件”的待办在案件转入其他阶段或办结后继续有效，也可在任一阶段办理（回头看只在办结阶段）。"
)
ON_INPUTS: Final = "带 * 的必填；“封存”的内容只进入可擦除的封存区，事件中只有其加盐摘要。"
ON_FACTS: Final = "`case.facts` 的顶层项。只含代码、数字、标识和时间，不含个人信息和自由文本。"
ON_PERMISSIONS: Final = (
    "71 个事项：哪类单位、哪种角色，在哪个阶段可以办理，办理后到哪个阶段，\n"
    "完成和开启哪些待办，须与谁不是同一人，依据是什么。没有列出的一律不允许。\n"
    "十道关口（居民用电、依据和文书、通知窗口、检查单、重要用户、双人、证据、被入侵者、加价、办结）\n"
    "在办理时另行检查，任何角色都不能越过。标“再次确认身份”的，办理前五分钟内须再次验证双因素（或密码）。"
)
TASK_HEAD: Final = ("代码", "中文", "承办单位", "角色", "期限", "可留在已办结案件", "退回可不再办理")
ROW_HEAD: Final = ("事项", "单位", "角色", "从", "到", "完成", "开启", "不得同一人", "依据")


def workflow_page() -> str:
    parts = [
        "# 案件流程 · The workflow",
        GENERATED,
        INTRODUCTION,
        f"```mermaid\n{mermaid()}\n```",
        "## 阶段 · Stages",
        _table(("代码", "中文", "English"), ((f"`{code}`", t.zh, t.en) for code, t in STAGES.items())),
        "## 待办事项 · Tasks",
        ON_TASKS,
        _table(TASK_HEAD, map(_task_row, KINDS.values())),
        "## 事项的填写内容 · Inputs",
        ON_INPUTS,
        "\n".join(_inputs(code) for code in TRANSITIONS),
        "## 案件事实 · Facts",
        ON_FACTS,
        _table(("项", "含义", "内容", "由哪些事项写入"), map(_fact_row, FACTS)),
    ]
    return "\n\n".join(parts) + "\n"


def permissions_page() -> str:
    table = _table(ROW_HEAD, map(_permission_row, TRANSITIONS))
    return f"# 权限表 · Permissions\n\n{GENERATED}\n\n{ON_PERMISSIONS}\n\n{table}\n"


def _fact_row(key: str) -> tuple[str, ...]:
    fact = FACTS[key]
    return (f"`{key}`", f"{fact.meaning.zh} {fact.meaning.en}", fact.members, "、".join(map(_label, fact.written_by)))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") or " " for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _label(action: str) -> str:
    return label_of(action).zh


def _names(texts: Iterable[Text]) -> str:
    return "、".join(text.zh for text in texts)


def _task_row(kind: TaskKind) -> tuple[str, ...]:
    who = "事项中指定" if kind.addressee == NAMED else describe_agency(kind.addressee).zh
    period = default_period(kind.deadline)
    return (
        f"`{kind.code}`",
        f"{kind.label.zh} {kind.label.en}",
        who,
        _names(map(describe_role, kind.roles)),
        describe(f"{kind.code}:{period.amount} {period.unit}")[0],
        "是" if kind.allowed_in_closed else "",
        "是" if kind.droppable else "",
    )


def _inputs(code: str) -> str:
    row = TRANSITIONS[code]
    fields = ", ".join(_field(field) for field in row.inputs) or "–"
    return f"- **{row.label.zh}** `{code}` — {fields}"


def _field(field: Field) -> str:
    star, sealed = ("*" if field.required else ""), ("，封存" if field.sealed else "")
    inner = f"〔{', '.join(_field(f) for f in field.fields)}〕" if field.fields else ""
    return f"`{field.name}`{star}（{field.label.zh}，{field.kind}{sealed}）{inner}"


def _permission_row(code: str) -> tuple[str, ...]:
    row = TRANSITIONS[code]
    return (
        f"**{row.label.zh}** `{code}`" + ("（再次确认身份）" if row.step_up else ""),
        _names(map(describe_agency, row.agency)),
        _names(map(describe_role, row.role)),
        _names(map(describe_stage, row.from_stages)),
        _names(map(describe_stage, row.to_stages)),
        _names(map(describe_task, row.completes)),
        _names(map(describe_task, row.opens)),
        "、".join(map(_label, row.must_differ_from)),
        "；".join(law.cite(key, CITED_ON) for key in row.basis),
    )
