"""Gate 9: a list entry, a price document, the floor, the period, the simulation; and bills that follow the list."""

from __future__ import annotations

from typing import Any

import pytest

from cases.workflow.effects.surcharge.bills import computed
from tests.workflow.desk import FILE, Desk, plan


def planning(**facts: Any) -> Desk:
    return Desk().verified(**facts).determined("surcharge")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rate": "0.29"}, "rate_below_floor"),
        ({"rate": "0.50"}, "rate_without_document"),
        ({"starts_on": "2021-09-01"}, "start_before_document"),
        ({"starts_on": "2026-09-30"}, "start_before_proven"),
        ({"ends_on": "2026-10-15"}, "ends_before_start"),
        ({"simulation_seen": False}, "simulation_not_seen"),
    ],
)
def test_a_plan_is_refused(more: dict[str, Any], code: str) -> None:
    error = planning().refused("drc-handler1", "propose_surcharge", **plan(**more))
    assert (error.status, error.code) == (409, code)
    assert error.article


def test_a_reclassification_that_lowers_the_bill_is_refused_with_the_figures() -> None:
    desk = planning(price_class="tiered")
    data = plan(price_class="tiered", reclass_to="commercial", monthly_kwh="35000")
    error = desk.refused("drc-handler1", "propose_surcharge", **data)
    assert error.code == "reclass_lowers_bill"
    assert error.figures == {"now": "28990.50", "then": "23324.00", "less": "5666.50"}
    assert "由28990.50元降为23324.00元" in error.text.zh


def test_the_plan_keeps_the_figures_that_were_shown() -> None:
    desk = planning(price_class="tiered").planned(price_class="tiered")
    totals = desk.fact("surcharge", "simulation", "totals")
    assert totals["tiered"] == "28990.50"
    assert totals["commercial"] == "23324.00"
    assert totals["commercial+0.30"] == "33824.00"


def test_a_person_is_charged_where_the_regions_own_document_covers_persons() -> None:
    desk = planning()
    desk.view.facts["determination"]["subject"] = "natural_person"
    assert desk.refused("drc-handler1", "propose_surcharge", **plan()).code == "persons_not_covered"
    local = {"local_document": "苏发改价格〔2026〕1号", "document_from": "2026-10-01", "rate": "0.50"}
    error = desk.refused("drc-handler1", "propose_surcharge", **plan(**local))
    assert error.fields["document_file"].zh.startswith("请填写地方价格文件")
    desk.planned(**local, document_file=FILE, document_covers_persons=True)
    assert desk.fact("surcharge", "document") == "苏发改价格〔2026〕1号"
    desk.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="1", address="某路")


def test_a_document_that_has_ended_carries_nothing() -> None:
    desk = planning().planned()
    desk.view.facts["determination"]["finding"] = "false_positive"
    error = desk.refused("drc-approver1", "issue_surcharge_list", list_file=FILE, account="1", address="某路")
    assert error.code == "finding_not_mining"


def test_who_plans_does_not_issue_and_the_grid_refuses_what_does_not_match() -> None:
    desk = planning().planned()
    desk.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="1", address="某路")
    error = desk.refused("grid-billing1", "acknowledge_surcharge", account_matches=False)
    assert error.code == "account_differs"
    assert "退回执行名单" in error.text.zh
    desk.act("grid-billing1", "refuse_surcharge", reason_code="wrong_account", reason="户号不符")
    assert desk.tasks == ["plan_surcharge"]


def test_nobody_is_told_of_a_surcharge_before_the_paper_exists() -> None:
    desk = planning().planned()
    desk.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="1", address="某路")
    desk.act("grid-billing1", "acknowledge_surcharge", account_matches=True)
    del desk.fact("surcharge")["paper"]
    told = {"method": "direct", "notified_on": desk.iso[:10], "notice_file": FILE}
    assert desk.refused("grid-billing1", "notify_subscriber", **told).code == "no_paper"


def billing() -> Desk:
    desk = planning().surcharged()
    desk.later(days=40)
    return desk


def bill(desk: Desk, **more: Any) -> Any:
    data = {
        "month": "2026-11",
        "cycle_from": "2026-11-01",
        "cycle_to": "2026-11-30",
        "kwh": "35000",
        "energy_price": "0.6664",
        **more,
    }
    return desk.refused("grid-billing1", "issue_bill", **data)


def test_a_bill_covers_a_past_cycle_with_listed_days_and_no_other_bill() -> None:
    desk = billing()
    assert "不能晚于现在" in bill(desk, cycle_to="2026-12-31", cycle_from="2026-12-01", month="2026-12").text.zh
    assert bill(desk, cycle_from="2026-10-01", cycle_to="2026-10-31", month="2026-10").code == "no_listed_day"
    assert "账单月份不在抄表周期内" in bill(desk, month="2026-09").text.zh
    assert "1 至 62 日" in bill(desk, cycle_to="2026-10-30").text.zh
    assert bill(desk, energy_price=None).fields["energy_price"].zh == "请填写当月代理购电价格"
    desk.billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert "周期重叠" in bill(desk, cycle_from="2026-11-30", cycle_to="2026-12-05").text.zh


def test_a_tiered_home_is_billed_by_what_it_used_before() -> None:
    desk = planning(price_class="tiered").surcharged(price_class="tiered")
    desk.later(days=40)
    assert bill(desk, energy_price=None).fields["used_before"].zh == "请填写本年此前用电量"
    desk.billed(energy_price=None, used_before="350000")
    first = desk.fact("surcharge", "bills")[0]
    assert (first["energy"], first["surcharge"], first["amount"]) == ("28990.50", "10500.00", "39490.50")


def test_payments_and_corrections_go_to_a_reviewed_bill() -> None:
    desk = billing()
    assert desk.asked("grid-billing1", "record_payment").code == "no_bill"
    desk.billed()
    pay = {"bill": "XZ26-0001-B01", "amount": "100", "paid_on": "2026-12-10"}
    assert desk.refused("grid-billing1", "record_payment", **pay).code == "bill_not_reviewed"
    for act in ("record_payment", "adjust_bill"):
        assert desk.asked("grid-billing1", act).code == "bill_not_reviewed", "known before anything is typed"
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert "没有这个账单编号" in desk.refused("grid-billing1", "record_payment", **{**pay, "bill": "X"}).text.zh
    desk.act("grid-billing1", "record_payment", **pay)
    fix = {"bill": "XZ26-0001-B01", "reason_code": "misread", "kwh": "30000", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    assert desk.refused("grid-billing1", "adjust_bill", **fix).code == "correction_pending"


def test_no_more_is_paid_than_is_still_owed_on_the_bill() -> None:
    desk = billing().billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    pay = {"bill": "XZ26-0001-B01", "paid_on": "2026-12-10"}
    error = desk.refused("grid-billing1", "record_payment", amount="99999999", **pay)
    assert (error.status, error.fields["amount"].zh) == (400, "超过账单 XZ26-0001-B01 尚欠的 33824.00 元")
    desk.act("grid-billing1", "record_payment", amount="33000", **pay)
    error = desk.refused("grid-billing1", "record_payment", amount="824.01", **pay)
    assert error.fields["amount"].zh == "超过账单 XZ26-0001-B01 尚欠的 824.00 元"
    desk.act("grid-billing1", "record_payment", amount="824.00", **pay)
    error = desk.refused("grid-billing1", "record_payment", amount="0.01", **pay)
    assert "已缴清" in error.fields["amount"].zh


def test_a_correction_says_anew_whether_the_bill_is_settled() -> None:
    desk = billing().billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    desk.act("grid-billing1", "record_payment", bill="XZ26-0001-B01", amount="33824.00", paid_on="2026-12-10")
    for kwh, settled, still in (("36000", False, "966.40"), ("30000", True, None)):
        fix = {"bill": "XZ26-0001-B01", "reason_code": "misread", "kwh": kwh, "reason": "抄错"}
        desk.act("grid-billing1", "adjust_bill", **fix)
        desk.act("grid-reviewer1", "review_bill", decision="approve")
        assert desk.fact("surcharge", "bills")[0]["settled"] is settled
        pay = {"bill": "XZ26-0001-B01", "amount": "5000", "paid_on": "2026-12-10"}
        said = desk.refused("grid-billing1", "record_payment", **pay).fields["amount"].zh
        assert f"尚欠的 {still} 元" in said if still else "已缴清" in said


def test_nothing_is_billed_without_the_commissions_entry_nor_under_a_stay() -> None:
    desk = billing()
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    assert bill(desk).code == "stayed"
    desk.act("drc-approver1", "lift_stay", reason="裁定撤销")
    desk.view.facts["surcharge"]["state"] = "planned"
    assert bill(desk).code == "no_list_entry"


def test_the_cessation_is_reported_once() -> None:
    desk = billing()
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="load")
    assert desk.asked("drc-handler1", "report_cessation").code == "already_reported"
    error = desk.refused("drc-approver1", "end_surcharge", ends_on="2026-10-31", end_file=FILE)
    assert "早于起始日期 2026-11-01" in error.fields["ends_on"].zh


def test_prices_have_four_decimals_and_amounts_two() -> None:
    error = planning().refused("drc-handler1", "propose_surcharge", **plan(rate="0.30001"))
    assert error.fields["rate"].zh == "加价标准（元/kWh）应为数字，例如 350 或 12.5（至多 4 位小数）"
    planning().planned(rate="0.300000")
    desk = billing()
    assert "energy_price" in bill(desk, energy_price="0.66645").fields
    desk.billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    pay = {"bill": "XZ26-0001-B01", "amount": "100.001", "paid_on": "2026-12-10"}
    assert "至多 2 位小数" in desk.refused("grid-billing1", "record_payment", **pay).fields["amount"].zh


def shiyan(price_class: str) -> Desk:
    """A natural person where the city's plan covers persons and no price is on record."""
    desk = planning(price_class=price_class)
    desk.view.region_code = "420303"
    desk.view.facts["determination"] |= {"subject": "natural_person", "proven_from": "2022-01-01"}
    return desk


def test_a_natural_person_is_charged_from_the_day_of_the_plan_that_covers_persons() -> None:
    desk = shiyan("commercial")
    early = plan(starts_on="2022-03-30", commercial_price="0.61")
    error = desk.refused("drc-handler1", "propose_surcharge", **early)
    assert error.code == "start_before_document"
    assert "2022-03-31" in error.text.zh
    desk.planned(starts_on="2022-03-31", commercial_price="0.61")
    surcharge = desk.fact("surcharge")
    assert (surcharge["document_from"], surcharge["rate"]) == ("2022-03-31", "0.30")
    assert surcharge["document"].startswith("发改运行〔2021〕1283号、十堰市")


def test_a_commercial_account_of_a_region_without_a_record_is_billed_at_the_months_own_price() -> None:
    desk = billing()
    desk.view.region_code = "420303"
    assert bill(desk, energy_price=None).fields["energy_price"].zh == "请填写当月代理购电价格"
    cycle = {"cycle_from": "2026-11-01", "cycle_to": "2026-11-30", "kwh": "35000", "energy_price": "0.6100"}
    figures = computed(desk.view, desk.fact("surcharge"), cycle, desk.rules)
    assert (figures["energy"], figures["surcharge"], figures["amount"]) == ("21350.00", "10500.00", "31850.00")


@pytest.mark.parametrize("more", [{}, {"commercial_price": "0.61"}])
def test_a_class_without_a_recorded_price_is_said_to_have_none(more: dict[str, str]) -> None:
    error = shiyan("tiered").refused("drc-handler1", "propose_surcharge", **plan(price_class="tiered", **more))
    assert "没有登记该类电价" in error.fields["price_class"].zh
    desk = shiyan("commercial")
    data = plan(commercial_price="0.61", reclass_to="combined")
    assert "没有登记该类电价" in desk.refused("drc-handler1", "propose_surcharge", **data).fields["reclass_to"].zh
