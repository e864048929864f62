"""The whole way of a case, as the people of the four agencies go it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World()


def bill(world: World, case: str, month: str, last: str, *, kwh: str) -> dict[str, Any]:
    """One month's bill, issued by one person and reviewed by another."""
    world.act(
        case,
        "grid-billing1",
        "issue_bill",
        month=month,
        cycle_from=f"{month}-01",
        cycle_to=last,
        kwh=kwh,
        energy_price="0.6664",
    )
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    row: dict[str, Any] = world.view(case).facts["surcharge"]["bills"][-1]
    return row


def both_measures(world: World) -> str:
    case = world.verified(world.open())
    return world.determined(
        case,
        finding="self_operated",
        subject="sole_trader",
        disposals=["suspension", "surcharge"],
        ground="G5_power_authority",
        serious_or_refused=True,
        proven_from="2026-10-01",
    )


def test_one_case_goes_through_all_five_stages_to_its_end(world: World) -> None:
    case = both_measures(world)
    assert world.view(case).stage == "suspension"
    world.suspended(case)
    assert world.view(case).stage == "penalty_tariff"
    world.surcharged(case)
    assert world.open_tasks(case) == ["issue_bill"]
    october = bill(world, case, "2026-10", "2026-10-31", kwh="35000")
    assert october["amount"] == "33824.00"  # 35,000 kWh at 0.6664 and 0.30 on all of it
    world.later(days=25)
    november = bill(world, case, "2026-11", "2026-11-30", kwh="9000")
    assert november["listed_days"] == 30
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="site_visit")
    end = world.attach(case, "drc-approver1", "停止执行函.pdf")
    world.act(case, "drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file=end)
    world.act(case, "drc-handler1", "propose_closure", outcome="handled", feedback="handled", summary="已处置")
    closing = world.act(case, "drc-reviewer1", "decide_closure", decision="approve")
    assert closing.stage == "closed"
    view = world.view(case)
    assert view.outcome == "handled"
    assert set(world.open_tasks(case)) == {"follow_up"}
    call_command("verify_audit", stream=f"case/{case}")
