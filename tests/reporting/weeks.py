"""A city whose cases move at times that a test says, and its reports drawn up as the worker does."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from python_calamine import CalamineWorkbook

from agencies.actors import find_actor
from agencies.directory import AgencyRef, get_directory
from cases.models import ReportFile, ReportVersion
from cases.policy.dated import CHINA
from cases.policy.reports.weeks import Week
from cases.reporting.drawing import draw_version
from cases.reporting.pieces import content_of
from cases.reporting.plan import begin
from cases.workflow import engine
from cases.workflow.engine import Result

SIGNALS = [{"family": "traffic", "count": 3}, {"family": "energy", "count": 1}]
FINDINGS = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
WEEK = Week(datetime(2026, 11, 16).date())  # noqa: DTZ001
BEFORE, DURING, AFTER = "2026-11-10 10:00", "2026-11-18 10:00", "2026-11-24 10:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def do(now: str, who: str, action: str, case: Result | None = None, **data: Any) -> Result:
    """One act by one person at that time."""
    return engine.perform(
        case_id=case.case_id if case else None,
        action=action,
        actor=find_actor(who),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=at(now),
    )


def opened(
    now: str, title: str = "云龙区 淮盛科技有限公司", region: str = "320303", who: str = "drc-handler1", **data: Any
) -> Result:
    given = {"region_code": region, "title": title, "source": "telecom", "signals": SIGNALS, **data}
    return do(now, who, "open_case", None, **given)


def verified(now: str, case: Result, *, kwh: str = "35000", subject: str = "enterprise", **seen: Any) -> Result:
    """All four findings, a determination, and what it leads to."""
    do(now, "drc-handler1", "dispatch_verification", case, findings=FINDINGS)
    do(now, "telecom-handler1", "report_subscriber", case, result="identified", subject=subject)
    do(
        now, "grid-handler1", "report_consumption", case, result="abnormal", user_class="ordinary",
        price_class="commercial", serves_residents="false", theft="false", monthly_kwh=kwh, capacity_kva="250",
    )  # fmt: skip
    do(
        now, "cac-handler1", "report_traffic", case, result="confirmed", pools="2", connections="412",
        hashrate="1200.5",
    )  # fmt: skip
    given = {"devices": "52", "power_kw": "48.2", **seen}
    do(
        now, "drc-handler1", "record_inspection", case, result="running", inspected_at=at(now).isoformat(),
        officers=[{"staff_no": "DRC0001"}, {"staff_no": "DRC0002"}], home_entry="false", signature="signed",
        subject=subject, **given,
    )  # fmt: skip
    do(
        now, "drc-handler1", "propose_determination", case, finding="self_operated", subject=subject,
        disposals=["continue_monitoring"], monitoring_reason="awaiting_signal", review_on="2027-01-29",
    )  # fmt: skip
    return do(now, "drc-reviewer1", "decide_determination", case, decision="approve")


def excluded(now: str, case: Result) -> Result:
    do(now, "drc-handler1", "propose_exclusion", case, reason_code="node", explanation="普通节点")
    return do(now, "drc-reviewer1", "decide_exclusion", case, decision="approve")


def commission(code: str = "320300-drc") -> AgencyRef:
    return get_directory().by_code[code]


def draw(
    kind: str = "ledger", *, week: Week = WEEK, now: str = AFTER, by: str = "", code: str = "320300-drc"
) -> ReportVersion:
    """A version, drawn up as the worker does."""
    asked_by = find_actor(by).user_id if by else None
    version, _ = begin(kind, commission(code), week, asked_by, at(now))
    drawn = draw_version(version.pk, at(now))
    assert drawn.state == "drawn", drawn.problem
    return ReportVersion.objects.select_related("report").get(pk=drawn.pk)


def file_of(
    version: ReportVersion, form: str = "xlsx", audience: str = "commission", agency: int | None = None
) -> bytes:
    file = ReportFile.objects.get(version=version, form=form, audience=audience, agency_id=agency)
    return b"".join(content_of(file))


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: [list(row) for row in book.get_sheet_by_name(name).iter_rows()] for name in book.sheet_names}


def counts(version: ReportVersion, when: str = "now", region: str = "320303") -> dict[str, Any]:
    return version.figures[when]["regions"].get(region, {})
