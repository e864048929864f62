"""The cases of the brief, one test each, as people of the agencies do them: stages, open tasks, refusals, figures."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.management import call_command

from agencies.actors import find_actor
from agencies.directory import get_directory
from cases.intake.ledger.names import find_batch
from cases.intake.receiving import find_agency
from cases.intake.selectors import get_batch, raw_rows
from cases.intake.services import import_file
from cases.models import Case
from cases.workflow.errors import WorkflowError
from tests.files import picture
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World()


def refused(world: World, case: str, username: str, action: str, **data: Any) -> WorkflowError:
    before = world.view(case).version
    with pytest.raises(WorkflowError) as caught:
        world.act(case, username, action, **data)
    assert world.view(case).version == before
    return caught.value


def propose(world: World, case: str, **more: Any) -> WorkflowError:
    data = {"finding": "self_operated", "opinion": "现场正在挖矿", **more}
    return refused(world, case, "drc-handler1", "propose_determination", **data)


# Four residential households, no theft, no arrears ------------------------------------------------------------------


@pytest.mark.parametrize(
    "household", ["云龙区 居民用户甲", "鼓楼区 居民用户乙", "泉山区 居民用户丙", "铜山区 居民用户丁"]
)
def test_a_household_ends_in_monitoring_and_the_register_of_blind_spots(world: World, household: str) -> None:
    region = {"云": "320303", "鼓": "320302", "泉": "320311", "铜": "320312"}[household[0]]
    case = world.open(title=household, region_code=region)
    person: dict[str, Any] = {"subject": "natural_person", "serves_residents": True}
    world.verified(
        case, **person, user_class="residential", price_class="tiered", illegal_use=False, monthly_kwh="9000"
    )
    assert world.open_tasks(case) == ["determine"]
    for ground in ("G5_power_authority", "G6_illegal_enterprise", "G7_local_rule"):
        cut = propose(
            world, case, subject="natural_person", disposals=["suspension"], ground=ground, serious_or_refused=True
        )
        assert (cut.status, cut.code) == (409, "residents_barred")
        assert cut.text.zh == (
            "该计量点供居民生活用电，行政机关不得以停止供电的方式迫使履行决定。"
            "请改为持续监测等案件页列出的措施；任何角色都不能越过此项。"
        )
        assert "《行政强制法》第四十三条第二款" in cut.article
    for ground in ("G1_theft", "G3_arrears"):
        own = propose(world, case, subject="natural_person", disposals=["suspension"], ground=ground)
        assert own.code == "ground_is_the_grids"
    charge = propose(world, case, subject="natural_person", disposals=["surcharge"], proven_from="2026-10-01")
    assert (charge.status, charge.code) == (409, "persons_not_covered")
    assert charge.text.zh.endswith("请改为持续监测并登记监管盲区。")
    assert "1283号" in charge.article
    world.determined(
        case,
        finding="self_operated",
        subject="natural_person",
        disposals=["continue_monitoring"],
        monitoring_reason="residents_no_suspension",
        review_on="2026-12-03",
    )
    view = world.view(case)
    assert (view.stage, world.open_tasks(case)) == ("monitoring", ["review_monitoring"])
    assert str(view.review_on) == "2026-12-03"
    assert view.facts["blind_spot"] == {
        "reason": "residents_no_suspension",
        "subject": "natural_person",
        "since": "2026-11-03",
    }
    call_command("verify_audit", stream=f"case/{case}")


def test_the_grid_company_finds_neither_theft_nor_arrears_in_a_household(world: World) -> None:
    """Its own grounds open the residents' door, each with its own evidence, and only with it."""
    case = world.open()
    officers = [{"staff_no": "DL01"}, {"staff_no": "DL02"}]
    evidence = [world.attach(case, "drc-handler1", "现场.pdf")]
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "inspect_site"])
    common: dict[str, Any] = {
        "cut_at": world.iso,
        "user_class": "residential",
        "serves_residents": True,
        "officers": officers,
        "attachments": evidence,
    }
    found = {
        ground: refused(world, case, "grid-reviewer1", "report_grid_suspension", ground=ground, **common).code
        for ground in ("G1_theft", "G2_emergency", "G3_arrears", "G4_serious_breach")
    }
    assert found == {
        "G1_theft": "theft_not_proven",
        "G2_emergency": "danger_not_recorded",
        "G3_arrears": "arrears_not_over_30",
        "G4_serious_breach": "breach_not_found_by_grid",
    }


# 35,000 kWh a month, 250 kVA, sole trader ---------------------------------------------------------------------------


def trader(world: World) -> str:
    return world.verified(world.open(title="云龙区 个体工商户"), price_class="tiered", subject="sole_trader")


def test_the_sole_trader_is_suspended_by_the_power_authority_and_charged_to_the_cut(world: World) -> None:
    case = trader(world)
    enterprise_only = propose(
        world, case, subject="sole_trader", disposals=["suspension"], ground="G6_illegal_enterprise"
    )
    assert enterprise_only.code == "not_an_enterprise"
    assert enterprise_only.text.zh == "1283号文第十二条只适用于企业，该主体不是企业。请改用其他理由。"
    world.determined(
        case,
        finding="self_operated",
        subject="sole_trader",
        disposals=["suspension", "surcharge"],
        ground="G5_power_authority",
        serious_or_refused=True,
        proven_from="2026-10-01",
    )
    assert (world.view(case).stage, world.open_tasks(case)) == ("suspension", ["sign_suspension_order"])
    world.suspended(case)
    assert (world.view(case).stage, world.open_tasks(case)) == ("penalty_tariff", ["plan_surcharge"])
    cut_on = world.view(case).facts["suspension"]["executed_at"][:10]
    assert cut_on == "2026-11-07"
    world.surcharged(case, price_class="tiered", ends_on=cut_on)
    totals = world.view(case).facts["surcharge"]["simulation"]["totals"]
    assert (totals["tiered"], totals["commercial"]) == ("28990.50", "23324.00")
    assert (totals["tiered+0.30"], totals["commercial+0.30"]) == ("39490.50", "33824.00")
    october = bill(world, case, "2026-10", "2026-10-01", "2026-10-31", "35000")
    assert (october["energy"], october["surcharge"], october["amount"]) == ("28990.50", "10500.00", "39490.50")
    assert world.open_tasks(case) == ["issue_bill"]
    world.later(days=25)
    november = bill(world, case, "2026-11", "2026-11-01", "2026-11-30", "9000")
    assert (november["listed_days"], november["listed_kwh"]) == (7, "2100.000000")
    assert november["surcharge"] == "630.00"
    assert world.open_tasks(case) == ["close"], "every listed day is billed, and the power is off"
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-11-07", proof="removal")
    letter = world.attach(case, "drc-approver1", "停止执行函.pdf")
    world.act(case, "drc-approver1", "end_surcharge", ends_on="2026-11-07", end_file=letter)
    assert world.open_tasks(case) == ["close"]


def bill(world: World, case: str, month: str, first: str, last: str, kwh: str) -> dict[str, Any]:
    data = {"month": month, "cycle_from": first, "cycle_to": last, "kwh": kwh, "used_before": "315000"}
    world.act(case, "grid-billing1", "issue_bill", **data)
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    row: dict[str, Any] = world.view(case).facts["surcharge"]["bills"][-1]
    return row


def test_a_reclassification_to_commercial_is_refused_with_the_figures(world: World) -> None:
    case = trader(world)
    world.determined(
        case, finding="self_operated", subject="sole_trader", disposals=["surcharge"], proven_from="2026-10-01"
    )
    error = refused(
        world,
        case,
        "drc-handler1",
        "propose_surcharge",
        rate="0.30",
        starts_on="2026-10-01",
        monthly_kwh="35000",
        price_class="tiered",
        reclass_to="commercial",
        simulation_seen=True,
    )
    assert (error.status, error.code) == (409, "reclass_lowers_bill")
    assert error.figures == {"now": "28990.50", "then": "23324.00", "less": "5666.50"}
    assert "由28990.50元降为23324.00元" in error.text.zh


# Two internet cafés behind the traced addresses ---------------------------------------------------------------------

TELECOM = ("序号", "源IP地址", "源端口", "矿池地址", "首次发现时间", "最近发现时间", "疑似区县")
TRACE = ("源IP地址", "源端口", "首次发现时间", "溯源结果", "宽带账号", "用户名称", "联系电话", "装机地址")


def sheet(header: tuple[str, ...], *rows: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def bring(world: World, kind: str, content: bytes, name: str) -> None:
    import_file(
        actor=find_actor("telecom-handler1"),
        content=content,
        filename=f"{kind}.csv",
        kind=kind,
        agency=find_agency("telecom_bureau", get_directory()),
        batch_name=name,
        now=world.now,
    )


def test_two_internet_cafes_are_one_site_each_although_their_addresses_changed(world: World) -> None:
    days = range(1, 7)
    addresses = {("A", d): f"36.154.192.{10 + d}" for d in days} | {("B", d): f"117.60.20.{30 + d}" for d in days}
    cafes = {
        "A": ("xz71000001@adsl", "徐州极速网络会所", "徐州市云龙区子房街道民主路12号一楼"),
        "B": ("xz71000002@adsl", "徐州星空网吧", "徐州市泉山区金山街道解放南路88号二楼"),
    }
    seen = [
        (n, ip, 1000 + n, "xmr.pool.example", f"2026-10-{d:02d} 08:00", f"2026-10-{d:02d} 20:00", "云龙区")
        for n, ((_, d), ip) in enumerate(addresses.items(), 1)
    ]
    bring(world, "telecom", sheet(TELECOM, *seen), "第一批")
    assert Case.objects.count() == 12
    located = [
        (ip, 1000 + n, f"2026/10/{d} 8:00", "已定位", cafes[cafe][0], cafes[cafe][1], "13800001111", cafes[cafe][2])
        for n, ((cafe, d), ip) in enumerate(addresses.items(), 1)
    ]
    bring(world, "trace", sheet(TRACE, *located), "答复")
    sites = list(Case.objects.exclude(outcome="merged").order_by("region_code"))
    assert [(c.region_code, c.facts["signals"]) for c in sites] == [
        ("320303", {"traffic": 6}),
        ("320311", {"traffic": 6}),
    ]
    for site in sites:
        case = str(site.id)
        world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
        refer = {"partner": "320300-culture", "matter": "internet_cafe", "request": "请协同检查网吧"}
        sent = world.act(case, "drc-approver1", "refer_case", **refer)
        assert sent.document_number
        world.act(case, "culture-handler1", "acknowledge_referral", file_no="徐文旅收2026-19")
        assert world.open_tasks(case) == ["inspect_site", "reply_referral"]
        world.act(case, "culture-handler1", "reply_referral", result="handled", reply="已责令整改")
        row = world.view(case).facts["referrals"][0]
        assert (row["sort"], row["matter"], row["state"], row["result"]) == (
            "culture",
            "internet_cafe",
            "replied",
            "handled",
        )


# A fire stairwell reported by a resident ----------------------------------------------------------------------------


def test_a_tip_on_a_fire_stairwell_becomes_the_grid_companys_own_ground(world: World) -> None:
    case = world.open(source="tips", title="鼓楼区 消防楼梯间", signals=[{"family": "report", "count": 1}])
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site", "check_consumption"])
    officers = [{"staff_no": "XZ1001"}, {"staff_no": "XZ1002"}]
    world.act(
        case,
        "drc-handler2",
        "record_inspection",
        result="running",
        inspected_at=world.iso,
        officers=officers,
        home_entry=False,
        signature="absent",
        devices=24,
        danger=True,
        serves_residents=True,
    )
    assert world.view(case).facts["findings"]["inspect_site"]["danger"] is True
    photo = world.attach(case, "grid-reviewer1", "楼梯间.jpg", picture())
    world.act(
        case,
        "grid-reviewer1",
        "report_grid_suspension",
        ground="G2_emergency",
        danger="blocked_exit",
        cut_at=world.iso,
        user_class="residential",
        serves_residents=True,
        officers=officers,
        attachments=[photo],
    )
    view = world.view(case)
    assert (view.stage, world.open_tasks(case)) == ("suspension", ["confirm_suspension"])
    assert {k: view.facts["suspension"][k] for k in ("origin", "ground", "danger", "power")} == {
        "origin": "grid",
        "ground": "G2_emergency",
        "danger": "blocked_exit",
        "power": "off",
    }
    own = refused(
        world, case, "grid-reviewer1", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="8"
    )
    assert own.code == "four_eyes"
    world.act(case, "grid-crew1", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="8")
    assert (world.view(case).stage, world.open_tasks(case)) == ("verification", ["determine"])
    ordered = {"subject": "natural_person", "disposals": ["suspension"], "serious_or_refused": True}
    assert propose(world, case, ground="G2_emergency", **ordered).code == "ground_is_the_grids"
    assert propose(world, case, ground="G5_power_authority", **ordered).code == "power_is_off"


# Public resources ---------------------------------------------------------------------------------------------------


def test_a_state_owned_unit_is_not_closed_before_the_discipline_inspection_knows(world: World) -> None:
    case = world.verified(world.open(title="云龙区 国有单位"), subject="state_owned")
    world.determined(
        case,
        finding="hosted",
        subject="state_owned",
        disposals=["suspension"],
        ground="G5_power_authority",
        serious_or_refused=True,
    )
    world.suspended(case)
    assert world.open_tasks(case) == ["close"]
    closing = {"outcome": "handled", "feedback": "handled", "summary": "已处置"}
    error = refused(world, case, "drc-handler1", "propose_closure", **closing)
    assert (error.status, error.code) == (409, "discipline_not_informed")
    assert error.text.zh == "国有单位涉案，须先移送徐州市纪委监委。由发展改革委签发人办理“移送”。"
    refer = {"partner": "320300-discipline", "matter": "public_resource", "request": "公共资源挖矿，抄送"}
    world.act(case, "drc-approver1", "refer_case", **refer)
    world.act(case, "discipline-handler1", "acknowledge_referral")
    world.act(case, "drc-handler1", "propose_closure", **closing)
    done = world.act(case, "drc-reviewer1", "decide_closure", decision="approve")
    assert done.stage == "closed"
    assert world.open_tasks(case) == ["follow_up", "follow_up", "reply_referral"]


# The first batch, "all individuals" ---------------------------------------------------------------------------------


def test_every_row_of_the_first_batch_is_kept_in_its_order_with_its_case_and_closes_with_an_answer(
    world: World,
) -> None:
    seen = [
        (n, f"36.154.192.{n}", 1000 + n, "xmr.pool.example", "2026-10-09 08:00", "2026-10-11 20:00", "云龙区")
        for n in (3, 1, 2)
    ]
    bring(world, "telecom", sheet(TELECOM, *seen), "2026年10月12日第一批")
    batch = find_batch("2026年10月12日第一批")
    assert batch is not None and get_batch(find_actor("telecom-handler1"), batch.id) is not None
    rows = list(raw_rows(batch))
    assert [str(cells[0]) for cells, _ in rows] == ["3", "1", "2"], "the issuer's own order and keys"
    assert all(result["case"] for _, result in rows)
    case = str(Case.objects.get(number=rows[0][1]["case"]).id)
    assert world.view(case).facts["source"]["batch"]
    world.verified(case, subject="natural_person")
    closing: dict[str, Any] = {"finding": "already_stopped", "subject": "natural_person", "disposals": ["close"]}
    world.determined(case, **closing)
    closure = world.view(case).facts["closure"]
    assert (world.view(case).outcome, closure["feedback"]) == ("self_stopped", "stopped")


# Hacked hosts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["suspension", "surcharge"])
def test_a_hacked_host_is_a_victim_and_goes_to_the_cyberspace_office(world: World, measure: str) -> None:
    case = world.verified(world.open(), finding="compromised")
    data: dict[str, Any] = {"subject": "sole_trader", "disposals": [measure], "proven_from": "2026-10-01"}
    data |= {"ground": "G5_power_authority", "serious_or_refused": True}
    error = propose(world, case, **{**data, "finding": "compromised"})
    assert (error.status, error.code) == (409, "victim")
    assert error.text.zh == "该主机被入侵利用，当事人是受害人，不得停电或加价。请转网信办出具处置建议。"
    world.determined(case, finding="compromised", subject="sole_trader", disposals=["close"])
    view = world.view(case)
    assert (view.stage, view.outcome) == ("closed", "compromised_victim")
    assert world.open_tasks(case) == ["advise_owner", "follow_up", "follow_up"]
    world.act(case, "cac-handler1", "advise_owner", measures=["isolate", "clean"], advice="隔离主机并清除恶意程序")
    assert world.view(case).facts["advice"]["measures"] == ["isolate", "clean"]
