"""Twelve acts of four agencies on one case: from the list to four findings, a determination and back to monitoring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.policy.dated import CHINA

FINDINGS = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
CONSUMPTION = {
    "result": "abnormal",
    "user_class": "ordinary",
    "price_class": "commercial",
    "serves_residents": False,
    "monthly_kwh": "35000",
    "capacity_kva": "250",
    "illegal_use": True,
    "theft": False,
    "arrears_days": 0,
}
INSPECTION = {
    "result": "removed",
    "officers": [{"staff_no": "XZ1001", "officer": "李明远"}, {"staff_no": "XZ1002", "officer": "陈洁"}],
    "home_entry": False,
    "consent": True,
    "signature": "signed",
    "subject": "sole_trader",
    "devices": 50,
    "power_kw": "48.6",
    "serves_residents": False,
}
PROPOSAL = {
    "finding": "already_stopped",
    "subject": "sole_trader",
    "disposals": ["continue_monitoring"],
    "monitoring_reason": "stopped_watch",
    "opinion": "现场已停机，未发现停电事由，建议持续监测三十日后复核。",
}
OPENING = {
    "region_code": "320303",
    "title": "云龙区 个体工商户",
    "source": "telecom",
    "signals": [{"family": "traffic", "count": 3}],
}


@dataclass(frozen=True)
class Step:
    """One act; `task` is the kind of the open task that it names."""

    who: str
    action: str
    data: dict[str, Any] = field(default_factory=dict)
    task: str = ""


STEPS = (
    Step("drc-handler1", "accept_task", task="triage"),
    Step("drc-handler1", "dispatch_verification", {"findings": FINDINGS}),
    Step("telecom-handler1", "accept_task", task="trace_subscriber"),
    Step("telecom-handler1", "report_subscriber", {"result": "identified", "subject": "sole_trader", "lines": 1}),
    Step("grid-handler1", "accept_task", task="check_consumption"),
    Step("grid-handler1", "report_consumption", CONSUMPTION),
    Step("cac-handler1", "accept_task", task="analyse_traffic"),
    Step("cac-handler1", "report_traffic", {"result": "confirmed", "pools": 2, "connections": 40}),
    Step("drc-handler2", "accept_task", task="inspect_site"),
    Step("drc-handler2", "record_inspection", INSPECTION),
    Step("drc-handler1", "propose_determination", PROPOSAL),
    Step("drc-reviewer1", "decide_determination", {"decision": "approve"}),
)
PEOPLE = tuple(dict.fromkeys(step.who for step in STEPS))


class CaseAtWork:
    """What a person sees of the case between two acts: its version and the tasks that were opened."""

    def __init__(self, case_id: str) -> None:
        self.id, self.version = case_id, 1
        self._tasks: dict[str, str] = {}

    def opened(self, tasks: Iterable[dict[str, Any]]) -> None:
        self._tasks.update((task["kind"], task["id"]) for task in tasks)

    def data(self, step: Step, now: datetime) -> dict[str, Any]:
        data = dict(step.data)
        if step.task:
            data["task"] = self._tasks[step.task]
        if step.action == "record_inspection":
            data["inspected_at"] = now.isoformat()
        if step.action == "propose_determination":
            data["review_on"] = (now.astimezone(CHINA) + timedelta(days=30)).date().isoformat()
        return data
