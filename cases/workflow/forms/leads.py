"""Inputs of the acts on leads: opening, more signals, monitoring, dispatch, exclusion, merging."""

from __future__ import annotations

from typing import Final

from cases.workflow.fields import Field
from cases.workflow.forms import choices as c
from cases.workflow.forms.build import (
    FILES,
    NOTE,
    case,
    choice,
    confidentiality,
    day,
    longtext,
    rows,
    several,
    task,
    text,
    whole,
)
from cases.workflow.forms.reading import impersonal, region_code, site_name

SIGNALS: Final = rows(
    "signals",
    "线索",
    "Signals",
    (
        choice("family", "信号类别", "Family", c.FAMILIES, required=True),
        whole("count", "条数", "Count", required=True, minimum=1, maximum=1_000_000),
    ),
)
BATCH: Final = text(
    "batch", "批次", "Batch", maximum=80, read=impersonal, hint=("名单的批次编号", "The number of the list")
)

# Where the premises lie if nobody there works on this system: the case is kept, and says so.
ELSEWHERE: Final = text(
    "elsewhere",
    "不在本系统的属地",
    "Region that is not on this system",
    read=region_code,
    hint=("地址所在地区的代码，如 320583", "The code of the region in which the address lies, such as 320583"),
)

OPEN_CASE: Final[tuple[Field, ...]] = (
    text("region_code", "地区", "Region", required=True, read=region_code),
    text(
        "title",
        "案件名称",
        "Title",
        required=True,
        minimum=2,
        maximum=120,
        read=site_name,
        hint=("写场所或区位，不写姓名、电话、门牌", "Name the place, not a person, phone or door number"),
    ),
    choice("source", "线索来源", "Source", c.SOURCES, required=True),
    BATCH,
    choice("level", "名单级别", "List level", c.LEVELS),
    SIGNALS,
    case("relapse_of", "复燃的原案", "Relapse of", hint=("已办结的同一场所案件", "The closed case of the same site")),
    text("site", "场所标识", "Site", maximum=64, read=impersonal),
    ELSEWHERE,
    confidentiality(),
    NOTE,
)
# What a signal shows about the site: a carrier's reply names the premises (title) and where they lie (region) without
# being an observation of its own, so it may come without new signals.
ATTACH_SIGNAL: Final = (
    SIGNALS,
    choice("source", "线索来源", "Source", c.SOURCES, required=True),
    text(
        "title",
        "案件名称（已查明场所的）",
        "Title, once the premises are known",
        minimum=2,
        maximum=120,
        read=site_name,
    ),
    text("region_code", "所在地区（已查明的）", "Region, once it is known", read=region_code),
    ELSEWHERE,
    choice(
        "level", "名单级别", "List level", c.LEVELS, hint=("重点名单使案件列为重点", "A priority list raises the case")
    ),
    BATCH,
    NOTE,
    FILES,
)
MERGE_CASE: Final = (
    case("survivor", "保留的案件", "Surviving case", required=True, hint=("填写案件编号", "Give the case number")),
    choice("reason_code", "并案依据", "Ground", c.MERGE_REASONS, required=True),
    NOTE,
)
UNDO_MERGE: Final = (
    case("survivor", "原并入的案件", "Surviving case", required=True, hint=("填写案件编号", "Give the case number")),
    longtext("reason", "撤销理由", "Reason", required=True),
)
CONTINUE_MONITORING: Final = (
    task(),
    day("review_on", "下次复核日期", "Next review", required=True),
    choice("reason_code", "持续监测的原因", "Reason", c.MONITORING_REASONS, required=True),
    NOTE,
)
DISPATCH_VERIFICATION: Final = (
    task(),
    several("findings", "下发的核查事项", "Findings asked for", c.FINDING_TASKS, required=True),
    longtext("request", "核查要求", "Request"),
    confidentiality(),
)
PROPOSE_EXCLUSION: Final = (
    task(),
    choice("reason_code", "排除理由", "Reason", c.EXCLUSION_REASONS, required=True),
    longtext("explanation", "事实说明", "Explanation", required=True),
    FILES,
)
DECIDE_EXCLUSION: Final = (
    task(),
    choice("decision", "审核结果", "Decision", c.APPROVAL, required=True),
    confidentiality(),
    NOTE,
)
