"""A stay that a court or a reconsideration organ ordered comes with its paper: whose, of which day, until when."""

from __future__ import annotations

from cases.workflow.effects.base import today
from cases.workflow.guards.base import Data, correct
from cases.workflow.view import CaseView, Context, Refusal

ORDERED = frozenset({"court", "reconsideration"})
_PAPERS = (
    ("decision_file", "请上传决定或裁定文书", "Upload the decision"),
    ("ordered_by", "请填写作出决定的机关", "Fill in: which organ ordered it"),
    ("ordered_on", "请填写决定日期", "Fill in: when it was ordered"),
)


def with_its_paper(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data:
        return None
    if data["reason_code"] in ORDERED:
        for name, zh, en in _PAPERS:
            if not data[name]:
                return correct(name, zh, en)
    if data["ordered_on"] and data["ordered_on"] > today(ctx):
        return correct("ordered_on", "决定日期不能晚于今天", "It cannot lie after today")
    if data["until"] and data["until"] < (data["ordered_on"] or today(ctx)):
        return correct("until", "中止期限早于决定日期", "It ends before it was ordered")
    return None
