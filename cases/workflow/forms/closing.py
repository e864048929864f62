"""Inputs of closing, reopening and the visits afterwards."""

from __future__ import annotations

from typing import Final

from cases.workflow.forms import choices as c
from cases.workflow.forms.build import FILES, NOTE, choice, day, longtext, task

REOPEN_TO: Final = c.code_list(("monitoring", "监测名单", "Monitoring list"), ("verification", "核查", "Verification"))
REOPENINGS: Final = c.code_list(
    ("relapse", "复燃", "Relapse"),
    ("new_evidence", "新证据", "New evidence"),
    ("error", "办结有误", "Closed in error"),
    ("sampling", "抽查不合格", "Failed sampling"),
    ("superior", "上级要求", "Asked for from above"),
    ("court", "复议或法院决定", "Reconsideration or court"),
)
VISITS: Final = c.code_list(
    ("clean", "未反弹", "No relapse"),
    ("relapse", "复燃", "Relapse"),
    ("no_access", "未能进入", "No access"),
)

PROPOSE_CLOSURE: Final = (
    task(),
    choice("outcome", "办结结果", "Outcome", c.OUTCOMES, required=True),
    choice(
        "feedback",
        "批次反馈结论",
        "Batch feedback",
        c.FEEDBACK,
        hint=("来自名单的案件必填", "Needed where the case came from a list"),
    ),
    longtext("summary", "办理情况", "Summary", required=True),
    FILES,
)
DECIDE_CLOSURE: Final = (task(), choice("decision", "审核结果", "Decision", c.APPROVAL, required=True), NOTE)
REOPEN_CASE: Final = (
    choice("to", "重启到", "Reopen to", REOPEN_TO, required=True),
    choice("reason_code", "重启原因", "Reason", REOPENINGS, required=True),
    longtext("reason", "说明", "Explanation", required=True),
)
RECORD_FOLLOW_UP: Final = (
    task(),
    choice("result", "回头看结果", "Result", VISITS, required=True),
    day("visited_on", "查看日期", "Visited on", required=True),
    NOTE,
    FILES,
)
