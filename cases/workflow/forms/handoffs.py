"""Inputs of the acts on tasks themselves: receipt, return, ruling, assignment, extension, assistance."""

from __future__ import annotations

from typing import Final

from cases.workflow.forms import choices as c
from cases.workflow.forms.build import FILES, NOTE, agency, choice, day, longtext, person, task

ACCEPT_TASK: Final = (task(),)
RETURN_TASK: Final = (
    task(),
    choice("reason_code", "退回原因", "Reason", c.RETURN_REASONS, required=True),
    agency("suggested", "建议承办单位", "Suggested agency"),
    longtext("reason", "说明", "Explanation", required=True),
)
RULE_ON_RETURN: Final = (
    task(),
    choice("decision", "裁定", "Ruling", c.RULINGS, required=True),
    agency(
        "agency",
        "承办单位",
        "Agency",
        hint=("不填则发回原单位", "Left empty: back to the agency that returned it"),
    ),
    NOTE,
)
ASSIGN_TASK: Final = (
    task(),
    agency("unit", "下属单位", "Sub-unit"),
    person("assignee", "承办人", "Person"),
    NOTE,
)
REQUEST_EXTENSION: Final = (
    task(),
    day("due_on", "申请延至", "Until", required=True),
    longtext("reason", "延期理由", "Reason", required=True),
)
DECIDE_EXTENSION: Final = (
    task(),
    choice("decision", "审批结果", "Decision", c.GRANT, required=True),
    day("due_on", "批准延至", "Granted until", hint=("不填则按申请", "Left empty: as asked")),
    NOTE,
)
REQUEST_ASSISTANCE: Final = (
    task(),
    agency("agency", "协查单位", "Agency asked", required=True),
    longtext("question", "协查事项", "Question", required=True),
    FILES,
)
ANSWER_ASSISTANCE: Final = (
    task(),
    longtext("answer", "答复", "Answer", required=True),
    FILES,
)
