"""A few cases in the demo city, driven through the engine by the people of the agencies, for pages to show."""

from __future__ import annotations

from typing import Any

from agencies.actors import find_actor
from audit import clock
from cases.workflow import engine
from cases.workflow.engine import Result

SIGNALS = [{"family": "traffic", "count": 3}, {"family": "energy", "count": 1}]


def do(who: str, action: str, case: Result | None, **data: Any) -> Result:
    """One act by one person on the case as it is now."""
    return engine.perform(
        case_id=case.case_id if case else None,
        action=action,
        actor=find_actor(who),
        data=data,
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def opened(title: str = "云龙区解放路旧仓库", region: str = "320303", **data: Any) -> Result:
    """A lead that waits for the commission's triage."""
    given = {"region_code": region, "title": title, "source": "telecom", "signals": SIGNALS, **data}
    return do("drc-handler1", "open_case", None, **given)


def dispatched(**data: Any) -> Result:
    """A case that all four agencies are asked about."""
    case = opened(**data)
    kinds = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
    return do("drc-handler1", "dispatch_verification", case, findings=kinds)


def reported(**data: Any) -> Result:
    """A case with its four findings, which waits for the determination."""
    case = dispatched(**data)
    do("telecom-handler1", "report_subscriber", case, result="identified", subject="sole_trader")
    do(
        "grid-handler1", "report_consumption", case, result="abnormal", user_class="ordinary", price_class="commercial",
        serves_residents="false", theft="false", monthly_kwh="35000", capacity_kva="250",
    )  # fmt: skip
    do("cac-handler1", "report_traffic", case, result="confirmed", pools="2", connections="41260")
    return do(
        "drc-handler1", "record_inspection", case, result="running", inspected_at=clock.now().isoformat(),
        officers=[{"staff_no": "DRC0001"}, {"staff_no": "DRC0002"}], home_entry="false", signature="signed",
        subject="sole_trader", devices="52", power_kw="48.2",
    )  # fmt: skip
