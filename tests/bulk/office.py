"""One act on many cases as its owner would do it: chosen, looked at, confirmed."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from audit.ids import new_id
from cases.models.bulk import BulkRow, BulkRun
from cases.workflow.many.steps import Chosen, begin, fill
from cases.workflow.many.working import work
from tests.workflow.world import World

FINDINGS = ["trace_subscriber", "check_consumption"]


def dispatched(world: World, count: int) -> list[str]:
    """Cases of which the telecom bureau and the grid company each owe a finding."""
    cases = [world.open(title=f"云龙区 {n} 号仓") for n in range(count)]
    for case in cases:
        world.act(case, "drc-handler1", "dispatch_verification", findings=FINDINGS)
    return cases


def chosen(world: World, who: str, act: str, cases: list[str], **data: Any) -> BulkRun:
    """A run with its preview."""
    asked = Chosen(cases=cases, asked=len(cases), key=str(new_id()))
    run = begin(actor=world.person(who), act=act, chosen=asked, now=world.now)
    if data:
        fill(actor=world.person(who), run_id=run.id, data=data, now=world.now)
    return work(run.id)


def fates(run: UUID) -> Counter[str]:
    return Counter(BulkRow.objects.filter(run_id=run).values_list("fate", flat=True))


def row(run: BulkRun, case: str) -> BulkRow:
    return BulkRow.objects.get(run_id=run.id, case_id=case)
