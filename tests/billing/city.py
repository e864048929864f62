"""Cases whose user was told of the list, ready for their first bill, and a file of readings for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from agencies.actors import Actor, find_actor
from cases.billing.runs.receiving import receive_readings
from cases.models import Case
from cases.models.money import BillRun, BillRunRow
from tests.workflow.world import World, at

DETERMINED: dict[str, Any] = {"finding": "self_operated", "subject": "sole_trader", "disposals": ["surcharge"]}
HEAD = "户号,抄表周期起,抄表周期止,电量"
PRICE = "0.6664"


def listed(world: World, account: str, *, starts_on: str = "2026-10-01", price_class: str = "commercial") -> str:
    """From a new case to the user who was told eight days ago."""
    case = world.verified(world.open(title=f"云龙区 {account[-4:]}仓"), price_class=price_class)
    world.determined(case, **DETERMINED, proven_from="2026-10-01")
    plan = {"rate": "0.30", "starts_on": starts_on, "monthly_kwh": "35000", "price_class": price_class}
    world.act(case, "drc-handler1", "propose_surcharge", **plan, simulation_seen=True, commercial_price=PRICE)
    letter = world.attach(case, "drc-approver1", "名单函.pdf")
    world.act(
        case, "drc-approver1", "issue_surcharge_list", list_file=letter, account=account, address="云龙区和平路1号"
    )
    world.act(case, "grid-billing1", "acknowledge_surcharge", account_matches=True)
    notice = world.attach(case, "grid-billing1", "告知书.pdf")
    told = {"method": "direct", "notified_on": str(world.now.date()), "notice_file": notice}
    world.act(case, "grid-billing1", "notify_subscriber", **told)
    return case


def city(world: World, count: int) -> list[str]:
    """So many listed cases with accounts 3203000000001 and on; afterwards it is December."""
    cases = [listed(world, account(n)) for n in range(1, count + 1)]
    world.now = at("2026-12-02 10:00")
    return cases


def account(number: int) -> str:
    return f"3203{number:09d}"


def readings(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows)).encode()


def month(count: int) -> bytes:
    """October of the first accounts, 35,000 kWh and some more by each."""
    return readings(*(f"{account(n)},2026-10-01,2026-10-31,{35000 + n}" for n in range(1, count + 1)))


def receive(world: World, content: bytes, username: str = "grid-billing1", **more: Any) -> BillRun:
    from decimal import Decimal

    asked = {"month": "2026-10", "due_on": None, "energy_price": Decimal(PRICE), **more}
    run, _fresh = receive_readings(
        actor=person(username), content=content, filename="readings.csv", now=world.now, **asked
    )
    return run


def person(username: str) -> Actor:
    return find_actor(username)


def rows(run_id: UUID) -> list[BillRunRow]:
    return list(BillRunRow.objects.filter(run_id=run_id).order_by("number"))


def bills(case: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (Case.objects.get(pk=case).facts["surcharge"]).get("bills") or []
    return found


def after(world: World, **span: float) -> None:
    world.now += timedelta(**span)
