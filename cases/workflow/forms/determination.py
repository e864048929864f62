"""Inputs of the determination: what was found, about whom, and what is to be done."""

from __future__ import annotations

from typing import Final

from cases.workflow.forms import choices as c
from cases.workflow.forms.build import FILES, NOTE, choice, confidentiality, day, longtext, several, task, yes_no

PROPOSE_DETERMINATION: Final = (
    task(),
    choice("finding", "认定结果", "Finding", c.FINDINGS, required=True),
    choice("subject", "主体", "Subject", c.SUBJECTS, required=True),
    several("disposals", "处置意见", "Disposals", c.DISPOSALS, required=True),
    choice(
        "ground",
        "停电事由",
        "Ground of suspension",
        c.GROUNDS,
        hint=("处置意见含“暂停供电”时必填", "Needed where the disposals hold a suspension"),
    ),
    yes_no(
        "serious_or_refused",
        "情节严重或经责令拒不改正",
        "Serious, or refused to correct",
        hint=("事由为电力管理部门决定时必填", "Needed for a decision of the power authority"),
    ),
    yes_no("registered_enterprise", "已登记为企业", "Registered as an enterprise"),
    yes_no("production_circuit_only", "只停生产经营回路", "Only the production circuit is cut"),
    day("proven_from", "查实的起始日期", "Proven from", hint=("用于计算加价起始日", "The surcharge starts no earlier")),
    choice(
        "monitoring_reason",
        "持续监测的原因",
        "Reason for monitoring",
        c.MONITORING_REASONS,
        hint=("处置意见含“持续监测”时必填", "Needed where the disposals hold monitoring"),
    ),
    day("review_on", "下次复核日期", "Next review"),
    longtext("opinion", "认定理由", "Reasons"),
    FILES,
)
DECIDE_DETERMINATION: Final = (
    task(),
    choice("decision", "审核结果", "Decision", c.APPROVAL, required=True),
    choice("feedback", "批次反馈结论", "Batch feedback", c.FEEDBACK),
    confidentiality(),
    NOTE,
)
