"""The events of cases, calendar, steps of deadlines, reports and samples: what members and values are called.

A member of a group is named by both (`photo_check.place`), a value of one member by both (`place:off`), where the word
alone means something else beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from cases.intake.lists.fields import FIELDS
from cases.oversight.sampling.reviewing import KINDS, RESULTS, SEVERITIES
from cases.policy.escalation import NEEDLESS, OVERTAKEN, TOLD
from cases.policy.tariff.words import CERTAINTIES
from cases.reporting.pieces import AGENCY, COMMISSION, WATCH
from cases.web.show.calendar.days import KIND_LABELS, STATUSES
from cases.web.show.law.cut import LOAD
from cases.web.show.lists.mapping import ORDERS
from cases.web.show.supervision.rules import TO
from cases.web.show.supervision.steps import NAMES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text


class Said(NamedTuple):
    """The words of one sort of event, before those of all others."""

    names: Mapping[str, Text]
    values: Mapping[str, Text]


NOTHING: Final = Said({}, {})
CALENDAR: Final = Said(
    {
        "content": Text("内容", "Content"),
        "first": Text("起始日", "First day"),
        "last": Text("结束日", "Last day"),
        "reason": Text("事由的散列", "Hash of the reason"),
        "source": Text("依据文件", "Paper"),
        "days": Text("各日安排", "Days"),
        "entry": Text("条目", "Entry"),
        "ended": Text("被替换的条目", "Entry that it ended"),
        "status": Text("状态", "State"),
        "digest": Text("内容的散列", "Hash of the content"),
        "calendar": Text("日历版本", "Calendar"),
        "last_year": Text("至哪一年", "Up to the year"),
        "package": Text("软件包版本", "Package"),
    },
    {**KIND_LABELS, **{status: name for status, (name, _) in STATUSES.items()}},
)
STEPS: Final = Said(
    {
        "steps": Text("各步骤", "Steps"),
        "step": Text("步骤", "Step"),
        "fell": Text("应发时间", "Was due at"),
        "late": Text("是否迟发", "Late"),
        "outcome": Text("结果", "Outcome"),
        "whom": Text("发给", "To"),
        "rule": Text("规则", "Rule"),
    },
    {
        TOLD: Text("已发", "Sent"),
        OVERTAKEN: Text("已过时，未发", "Past its day, not sent"),
        NEEDLESS: Text("无须提醒", "Not needed"),
        "nobody": Text("无人可发", "Nobody to tell"),
        **{code: Text(name.zh, name.en) for code, name in (*NAMES.items(), *TO.items())},
    },
)
REPORTS: Final = Said(
    {
        "number": Text("编号", "Number"),
        "from": Text("周期起", "From"),
        "to": Text("周期止", "To"),
        "version": Text("版次", "Version"),
        "late": Text("是否迟延", "Late"),
        "cases": Text("案件数", "Cases"),
        "figures_sha256": Text("数字的散列", "Hash of the figures"),
        "audience": Text("读者", "Readers"),
        "form": Text("格式", "Form"),
    },
    {
        COMMISSION: Text("发展改革委", "Commission"),
        WATCH: Text("督查机构", "Supervision"),
        AGENCY: Text("承办单位", "The agency itself"),
        "xlsx": Text("电子表格", "Workbook"),
        "pdf": Text("PDF", "PDF"),
        "ledger": Text("工作台账", "Ledger"),
        "overdue": Text("逾期通报", "Bulletin"),
    },
)
SAMPLES: Final = Said(
    {
        "number": Text("编号", "Number"),
        "closed_from": Text("办结日期自", "Closed from"),
        "closed_to": Text("办结日期至", "Closed to"),
        "strata": Text("分层", "Strata"),
        "size": Text("抽取件数", "Cases to draw"),
        "population": Text("总体件数", "Population"),
        "population_sha256": Text("总体的散列", "Hash of the population"),
        "plan": Text("立项记录的散列", "Hash of the plan"),
        "drawn": Text("随机数", "Random bytes"),
        "seed": Text("种子", "Seed"),
        "taken": Text("抽中件数", "Drawn"),
        "taken_sha256": Text("抽中案件的散列", "Hash of the drawn cases"),
        "position": Text("抽取序号", "Place"),
        "result": Text("结论", "Result"),
        "problem_kind": Text("问题种类", "Kind of problem"),
        "severity": Text("严重程度", "Severity"),
        "correct_by": Text("整改期限", "To be put right by"),
        "case_seq": Text("案件记录号", "Record of the case"),
        "demanded": Text("是否要求整改", "Correction asked"),
    },
    {
        "county": Text("区县", "District"),
        "outcome": Text("办结结果", "Outcome"),
        **RESULTS,
        **KINDS,
        **SEVERITIES,
        "agency": Text("牵头单位", "Leading agency"),
    },
)
CASES: Final = Said(
    {
        "photo_check": Text("照片核对", "Pictures compared"),
        "photo_check.time": Text("拍摄时间", "Time"),
        "photo_check.place": Text("拍摄地点", "Place"),
        "photo_check.minutes": Text("相差分钟", "Minutes apart"),
        "photos_explained": Text("照片已说明", "Pictures explained"),
        "zero_load": Text("零负荷核对", "Zero load"),
        "zero_load.reading": Text("表码", "Reading"),
        "zero_load.hours": Text("间隔小时", "Hours between"),
        "drawn": Text("停电后用电 kWh", "kWh since the cut"),
        "second_notice_minutes": Text("再次通知提前分钟", "Minutes of the second notice"),
        "reading_explained": Text("表码已说明", "Reading explained"),
        "certainty": Text("价格核实程度", "How sure the prices are"),
        "doubts": Text("待核实", "To be verified"),
        "provisional": Text("暂定", "Provisional"),
        "returns": Text("退回次数", "Times returned"),
        "level_before": Text("并案前名单级别", "List level before"),
    },
    {
        "time:ok": Text("相符", "fits"),
        "time:off": Text("不符", "differs"),
        "time:missing": Text("无", "none"),
        "place:ok": Text("相符", "fits"),
        "place:off": Text("不符", "differs"),
        "place:missing": Text("无", "none"),
        "place:unchecked": Text("未比对", "not compared"),
        "outcome:merged": Text("已并案", "Merged"),
        "price_entered": Text("电价为人工录入", "Price entered by hand"),
        "price_unverified": Text("电价未经核实", "Price not verified"),
        "surcharge_unverified": Text("加价文件未见原件", "Surcharge document not seen"),
        **{f"state:{code}": text for code, text in LOAD.items()},
        **{f"certainty:{code}": Text(*words) for code, words in CERTAINTIES.items()},
    },
)


PARAMETERS: Final = Said(
    {
        "working_days": Text("个工作日", "Working days"),
        "calendar_days": Text("个自然日", "Calendar days"),
        "hours": Text("小时", "Hours"),
        "days": Text("天数", "Days"),
        "source": Text("依据", "Source"),
        **{code: Text(name.zh, name.en) for code, name in NAMES.items()},
    },
    {},
)
SOURCES: Final = Said(
    {
        "orders": Text("日期顺序", "Order of dates"),
        "header": Text("表头特征", "Mark of the header"),
        **FIELDS,
    },
    {**FIELDS, **dict(ORDERS)},
)
CLOCK: Final = Said({"change": Text("变更", "Change")}, {})
SORTS: Final = {
    "calendar": CALENDAR, "deadlines": STEPS, "report": REPORTS, "sample": SAMPLES, "demo": CLOCK,
    "parameter": PARAMETERS, "source": SOURCES,
}  # fmt: skip


def words_of(action: str) -> Said:
    """The words of an event with this action."""
    if action in TRANSITIONS:
        return CASES
    return SORTS.get(action.partition("_")[0], NOTHING)
