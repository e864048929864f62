"""A version in figures and words, for the API, the command and the cover report."""

from __future__ import annotations

from typing import Any, Final

from cases.intake.feedback.services import rows_so_far
from cases.models import Feedback
from cases.workflow.view import Text

STATES: Final = {
    Feedback.State.DRAWING: Text("生成中", "Being drawn up"),
    Feedback.State.FAILED: Text("未能生成", "Could not be drawn up"),
    Feedback.State.DRAWN: Text("已拟制，待核对", "Drawn up, to be checked"),
    Feedback.State.CHECKED: Text("已核对，待报送", "Checked, to be sent"),
    Feedback.State.SENT: Text("已报送", "Sent"),
}
PROBLEMS: Final = {
    "": None,
    "incomplete": Text(
        "原名单的行与入库的行对不上，不能逐行答复；请报告系统管理员核查该批次。",
        "The rows of the file are not those that were taken in; have the operator look at this batch.",
    ),
    "too_wide": Text(
        "原名单的列数已到工作簿上限，无处填写结果列；请由报送单位精简列后另行报送。",
        "The list fills all columns of a workbook and leaves none for the answers; ask the sender for fewer columns.",
    ),
    "cannot_open": Text(
        "原名单无法解密；请由系统管理员核对密钥配置（VAULT_KEYS）后重新生成。",
        "The list does not open; have the operator check the keys (VAULT_KEYS) and draw it up again.",
    ),
    "unreadable": Text(
        "原名单无法重新读取；请报告系统管理员核查该批次。",
        "The file cannot be read again; have the operator look at this batch.",
    ),
}


def sort_of(version: Feedback) -> Text:
    """What a version is beside those before it: all rows answered or some, the first one or a later one."""
    whole = Text("完整反馈", "Complete") if not version.unanswered else Text("阶段性反馈", "Partial")
    if version.previous_id is None:
        return whole
    return Text(f"{whole.zh}（补充更正）", f"{whole.en}, with corrections")


def summarise(version: Feedback, language: str = "zh") -> dict[str, Any]:
    """The version as it stands."""
    problem = PROBLEMS[version.problem]
    drawing = version.state == Feedback.State.DRAWING
    return {
        "number": version.number,
        "state": str(version.state),
        "state_label": STATES[Feedback.State(version.state)].get(language),
        "problem": problem.get(language) if problem else None,
        "rows": version.rows,
        "rows_done": rows_so_far(version) if drawing else version.rows,
        "answered": version.answered,
        "unanswered": version.unanswered,
        "overdue": version.overdue,
        "due_on": version.due_on,
        "as_of": version.started_at,
        "drawn_at": version.drawn_at,
        "checked_at": version.checked_at,
        "sent_on": version.sent_on,
        "document_number": version.document_number,
        "previous": version.previous.number if version.previous is not None else None,
        "newly_answered": version.counts.get("changes", {}).get("newly", 0),
        "changed": version.counts.get("changes", {}).get("changed", 0),
        "counts": {name: version.counts.get(name, {}) for name in ("cross", "disposals", "progress", "cases")},
        "sha256": version.sha256,
        "size": version.size,
        "erased_at": version.erased_at,
    }
