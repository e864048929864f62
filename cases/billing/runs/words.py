"""The sentences of rows that cannot be billed, and of runs that cannot go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cases.policy.billing.words import filled, said
from cases.workflow.view import Text

# Why a row of a file makes no bill, beside what is wrong with its reading.
REASONS: Final[dict[str, Text]] = {
    "unknown_account": Text("本企业的执行名单中没有这个户号", "No list addressed to this company names the account"),
    "several_cases": Text(
        "这个户号在多件案件中待出账，请在案件中逐件出账", "Several cases await a bill of it; bill each there"
    ),
    "no_open_bill": Text(
        "该户没有待出账单的事项：尚未告知用户、名单已停止执行或本期已出账",
        "No bill is due of it: the user was not told, the list has ended, or it is billed",
    ),
    "twice": Text(
        "同一户号在文件中出现 {times} 次，无法确定以哪一行为准", "The account stands {times} times in the file"
    ),
    "billed_before": Text(
        "与已出账单 {bill}（{first} 至 {last}）的周期重叠", "It overlaps bill {bill} ({first} to {last})"
    ),
}
PROBLEMS: Final[dict[str, Text]] = {
    "starter_gone": Text(
        "出账人已不在电费核算岗位，出账中止；由另一名电费核算人员点“继续出账”。",
        "Whoever started it bills no more; another billing officer may go on.",
    ),
    "reviewer_gone": Text(
        "复核人已不在复核岗位，复核中止；由另一名复核人员再次复核。",
        "Whoever reviewed it reviews no more; another reviewer may go on.",
    ),
    "fault": Text(
        "系统连续出错，已停止；已出的账单有效。请告知系统管理员，排除后继续。",
        "The system failed twice in succession and stopped; the bills made so far stand. Tell the administrator, then"
        " go on.",
    ),
}


def sentence(reason: str, figures: Mapping[str, Any]) -> Text:
    """The sentence of a reason with its figures in place."""
    found = REASONS.get(reason)
    return Text(*(said(reason, figures) if found is None else filled((found.zh, found.en), figures)))
